import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { insert, parseInsertions } from '../../scripts/new/insertions.ts';
import { changedFiles, newFiles, ROOT } from '../../scripts/new/skeleton.ts';
import { fill, wordsOf } from '../../scripts/new/words.ts';

const WORDS = wordsOf('DataPolicy', 'M1');

test('a noun is spelled as each place needs it', () => {
  const text = 'Nouns nouns table permission text texts RULE'.replace(/\w+/g, '__$&__');
  expect(fill(text, WORDS)).toBe('DataPolicies dataPolicies data_policy data-policy data policy data policies M1');
});

test.each([
  ['DataPolicy', 'A data policy of a `DataPolicy`, a data-policy'],
  ['Announcement', 'An announcement of an `Announcement`, a announcement'],
  ['Upload', 'An upload of an `Upload`, a upload'],
  ['Unit', 'A unit of a `Unit`, a unit'],
])('%s has its article before words, not before names', (name, expected) => {
  expect(fill('A __text__ of a `__Noun__`, a __permission__', wordsOf(name))).toBe(expected);
});

test.each(['webhook', 'WEBHOOK', 'Web_Hook', 'Webhook2', ''])('%j is no noun', name => {
  expect(() => wordsOf(name)).toThrow("isn't a noun");
});

test.each([
  ['before', 'a\nb = 1\nNEW\nc\n', 'c'],
  ['after', 'a\nb = 1\nNEW\nc\n', 'b ='],
  ['within', 'a\nb = NEW 1\nc\n', '1'],
] as const)('an insertion %s', (place, expected, anchor) => {
  const [insertion] = parseInsertions(`=== a file\n--- ${place} ${anchor}\nNEW\n`);
  expect(insert('a\nb = 1\nc\n', insertion!)).toBe(expected);
  expect(() => insert('a\n', insertion!)).toThrow(`a file has 0 times: ${anchor}`);
});

test('every place of the skeleton is in its file once, and the files compile', async () => {
  const files = { ...changedFiles(WORDS), ...newFiles(WORDS) };
  for (const [name, text] of Object.entries(files)) expect([name, /__[A-Za-z]+__/.exec(text)?.[0]]).toEqual([name, undefined]);
  const copy = await mkdtemp(path.join(tmpdir(), 'ipto-new-'));
  try {
    for (const name of [
      'src',
      'test',
      'scripts',
      'site',
      'packages',
      'examples',
      'prisma',
      'package.json',
      'scalars.json',
      'tsconfig.json',
      'prisma.config.ts',
      'vitest.config.ts',
    ])
      await cp(path.join(ROOT, name), path.join(copy, name), { recursive: true, filter: source => !source.endsWith('/node_modules') });
    await symlink(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'));
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(copy, name)), { recursive: true });
      await writeFile(path.join(copy, name), text);
    }
    for (const command of [
      ['prisma', 'generate', '--no-hints'],
      ['tsc', '-p', '.'],
    ])
      execFileSync('npx', command, { cwd: copy, stdio: 'pipe', encoding: 'utf8' });
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
});
