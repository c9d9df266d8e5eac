import { expect, test } from 'vitest';
import { isUnreachable } from '../../../src/database/driver/failure.ts';

const failed = (code: string) => Object.assign(new Error('failed'), { code });

// biome-ignore format: a table is read by its columns
test.each<[string, string, boolean]>([
  ['a server that is starting',          '57P03', true],
  ['a server that takes no changes',     '25006', true],
  ['a full disk',                        '53100', true],
  ['too little memory',                  '53200', true],
  ['too many connections',               '53300', true],
  ['a query over a limit of its own',    '53400', false],
  ['a value that is taken',              '23505', false],
  ['a privilege that is missing',        '42501', false],
])('%s (%s) may do at a later try: %s', (_what, code, expected) => {
  expect(isUnreachable(failed(code))).toBe(expected);
  expect(isUnreachable(new Error('wrapped', { cause: failed(code) }))).toBe(expected);
});
