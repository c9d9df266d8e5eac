import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { pageText } from '../support/commands.ts';

const README = pageText('README.md');
const links = [...README.matchAll(/\]\(([\w./-]+)\)/g)].map(([, link]) => link!);
const { scripts } = JSON.parse(pageText('package.json'));

test('the README is one screen: a picture, two commands, and links that exist', () => {
  expect(README.split('\n').length).toBeLessThan(40);
  expect(README.match(/!\[/g)).toHaveLength(1);
  expect(
    README.match(/```sh\n([\s\S]*?)```/)![1]!
      .trim()
      .split('\n'),
  ).toHaveLength(2);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter(link => !existsSync(fileURLToPath(new URL(`../../${link}`, import.meta.url))))).toEqual([]);
});

test('its commands exist', () => {
  const named = [...README.matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script!);
  expect(named.filter(script => !(script in scripts))).toEqual([]);
});
