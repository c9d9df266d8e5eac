import { readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { pageText } from '../support/commands.ts';

const FOLDER = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
const pictures = readdirSync(FOLDER);

test('docs/pages.md and docs/clients.md show the pictures of each page: light, dark, and at 390 px', () => {
  const shown = [...(pageText('docs/pages.md') + pageText('docs/clients.md')).matchAll(/"pictures\/([\w.-]+)"/g)].map(([, name]) => name!);
  expect(shown.sort()).toEqual(pictures.sort());
  expect(pictures.map(name => name.replace('.webp', ''))).toEqual(
    ['access', 'dashboard', 'graphiql', 'site'].flatMap(page => ['dark', 'light', 'phone'].map(look => `${page}-${look}`)),
  );
});

test('each is at most 150 kB', () => {
  for (const name of pictures) expect(statSync(FOLDER + name).size).toBeLessThanOrEqual(150_000);
});
