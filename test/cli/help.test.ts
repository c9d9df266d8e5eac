import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters as plain } from 'node:util';
import { expect, test } from 'vitest';
import { run } from './command.ts';

const COMMANDS = [
  'demo',
  'explain',
  'start',
  'worker',
  'migrate',
  'partition',
  'role password',
  'doctor',
  'audit verify',
  'billing verify',
];
const SETTINGS = readFileSync(fileURLToPath(new URL('../../docs/settings.md', import.meta.url)), 'utf8');

test('ipto --help lists the commands', async () => {
  const { code, out, err } = await run(['--help']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const command of COMMANDS) expect(plain(out)).toMatch(new RegExp(`^ +${command.split(' ')[0]} {2,}[A-Z]`, 'm'));
});

test.each(COMMANDS)('ipto %s --help says what it does, with an example and exit codes', async command => {
  const { code, out } = await run([...command.split(' '), '--help']);
  expect(code).toBe(0);
  expect(plain(out)).toMatch(new RegExp(`\\(ipto ${command}( v[\\d.]+)?\\)`));
  const [, text = '', example = '', exits = ''] = /USAGE.*\n([\s\S]+)\nEXAMPLE\n([\s\S]+)\nEXIT CODES\n([\s\S]+)$/.exec(plain(out)) ?? [];
  expect(text.length).toBeGreaterThan(60);
  expect(example).toContain(`ipto ${command}`);
  expect(exits).toMatch(/^ {2}0 {2}\w/m);
  const settings = [...`${text} ${example}`.matchAll(/\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g)].map(([name]) => name);
  expect(settings.filter(name => !SETTINGS.includes(`\`${name}\``))).toEqual([]);
});

test('an unknown command is refused, and its help goes to standard error', async () => {
  const { code, out, err } = await run(['strat']);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(plain(err)).toContain('Unknown command strat');
});
