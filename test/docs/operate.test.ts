import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../src/domain/core/errors.ts';

const text = (name: string) => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');
const { scripts } = JSON.parse(text('package.json'));
const SETTINGS = text('docs/settings.md');
/** Codes, which are written like settings. */
const CODES: ReadonlySet<string> = new Set([...Object.keys(ERRORS), 'CLIENT_LEFT']);
const COMMANDS = text('src/cli.ts');

describe.each(['docs/deploy.md', 'docs/upgrade.md', 'docs/backup.md', 'docs/operations.md'])('%s', name => {
  const page = text(name);

  test('names settings that exist', () => {
    const named = [...page.matchAll(/\b([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)\b/g)].map(([, setting]) => setting!);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(setting => !SETTINGS.includes(`\`${setting}\``) && !CODES.has(setting))).toEqual([]);
  });

  test('names commands that exist', () => {
    const scriptsNamed = [...page.matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, script]) => script!);
    expect(scriptsNamed.filter(script => !(script in scripts))).toEqual([]);
    const commandsNamed = [...page.matchAll(/(?:`|npx )ipto ([a-z]+)/g)].map(([, command]) => command!);
    expect(commandsNamed.length).toBeGreaterThan(0);
    expect(commandsNamed.filter(command => !COMMANDS.includes(`    ${command}: ()`))).toEqual([]);
  });

  test('links to pages that exist', () => {
    const links = [...page.matchAll(/\]\(([^)#]+)(?:#[\w-]+)?\)/g)].map(([, link]) => link!);
    for (const link of links) expect(text(`docs/${link}`).length).toBeGreaterThan(0);
  });
});
