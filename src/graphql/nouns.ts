import { readdirSync } from 'node:fs';
import { extname } from 'node:path';

/**
 * Loads every file of every folder beside this one, each of which adds its types and fields to the
 * builder: whatever is in the tree is in the schema.
 */
const here = new URL('.', import.meta.url);
const folders = readdirSync(here, { withFileTypes: true }).filter(entry => entry.isDirectory());
const files = folders.flatMap(({ name }) => readdirSync(new URL(`${name}/`, here)).map(file => `${name}/${file}`));
const modules = files.filter(file => extname(file) === extname(import.meta.url));

for (const file of modules.sort()) await import(new URL(file, here).href);
