import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkSite } from '../../site/src/check.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ipto-site-'));
  await mkdir(join(folder, 'guides'));
  await writeFile(join(folder, 'schema.graphql'), '');
  await writeFile(
    join(folder, 'index.html'),
    '<h1 id="top">A</h1><a href="/guides/one#first">x</a><a href="https://elsewhere.example">y</a>',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const check = async (body: string, style = '') => {
  await writeFile(join(folder, 'guides/one.html'), `<h2 id="first">B</h2>${body}`);
  await writeFile(join(folder, 'style.css'), style);
  return checkSite(folder);
};

test('a site whose links lead somewhere has no fault', async () => {
  expect(await check('<a class="x" href="../#top">a</a><a href="#first">b</a><a href="/schema.graphql" download>c</a>')).toEqual({
    pages: 2,
    links: 5,
    faults: [],
  });
});

test.each([
  ['a page that is not there', '<a href="./absent">a</a>', 'guides/one.html: ./absent leads nowhere'],
  ['a heading that is not there', '<a href="/#absent">a</a>', 'guides/one.html: /#absent names no heading'],
  [
    'a script of another host',
    '<script src="https://cdn.example/x.js"></script>',
    'guides/one.html: <script> loads https://cdn.example/x.js',
  ],
  ['a picture that is not there', '<img alt="" src="/absent.webp">', 'guides/one.html: /absent.webp leads nowhere'],
])('%s is a fault', async (_, body, fault) => {
  expect((await check(body)).faults).toEqual([fault]);
});

test('a font of another host is a fault', async () => {
  expect((await check('', '@font-face { src: url("https://fonts.example/a.woff2") }')).faults).toEqual([
    'style.css loads https://fonts.example/a.woff2',
  ]);
});
