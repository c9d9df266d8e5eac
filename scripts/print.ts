import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema, printSchema } from '../src/graphql/schema.ts';
import { printAccessMatrix } from './print/access-matrix.ts';
import { printErrors } from './print/errors.ts';

/**
 * Writes the committed files that are printed from the code: schema.graphql, docs/access-matrix.md, docs/errors.md. With `--check` it writes
 * nothing, names those that are stale, and exits 1.
 */
const schema = buildSchema();
const files: Readonly<Record<string, string>> = {
  'schema.graphql': printSchema(schema),
  'docs/access-matrix.md': printAccessMatrix(schema),
  'docs/errors.md': printErrors(),
};

const at = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));

function current(name: string): string | null {
  try {
    return readFileSync(at(name), 'utf8');
  } catch {
    return null;
  }
}

const stale = Object.keys(files).filter(name => current(name) !== files[name]);
if (!process.argv.includes('--check')) for (const name of stale) writeFileSync(at(name), files[name]!);
else if (stale.length) {
  process.stderr.write(`Stale, run \`npm run print\`: ${stale.join(', ')}\n`);
  process.exitCode = 1;
}
