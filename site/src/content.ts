import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ROOT } from '../../scripts/docs/markdown.ts';
import { referencePages } from './reference/pages.ts';
import { rewrite } from './rewrite.ts';
import { FILES, PAGES, PICTURES } from './sources.ts';

const FOLDER = `${ROOT}site/pages/`;

function write(name: string, text: string): void {
  mkdirSync(dirname(FOLDER + name), { recursive: true });
  writeFileSync(FOLDER + name, text);
}

/** Writes what VitePress builds the site from: the pages, the reference, and files to download. */
export function writeContent(): void {
  rmSync(FOLDER, { recursive: true, force: true });
  for (const [page, name] of Object.entries(PAGES)) write(name, rewrite(page, readFileSync(ROOT + page, 'utf8')));
  for (const [name, text] of Object.entries(referencePages())) write(`reference/${name}.md`, text);
  for (const [file, name] of Object.entries(FILES)) cpSync(ROOT + file, `${FOLDER}public/${name}`);
  for (const picture of PICTURES) cpSync(`${ROOT}docs/${picture}`, `${FOLDER}public/${picture}`);
}
