import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { insert, parseInsertions } from './insertions.ts';
import { fill, type Words } from './words.ts';

/** Files by their paths in the repository. */
export type Files = Readonly<Record<string, string>>;

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SKELETON = fileURLToPath(new URL('noun/', import.meta.url));
export const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const MIGRATIONS = 'prisma/migrations';
const migrations = () => readdirSync(path.join(ROOT, MIGRATIONS)).filter(name => /^\d{14}_/.test(name));

/** After the newest migration, though a clock may be behind it. */
function nextMigration({ table }: Words): string {
  const now = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const next = String(BigInt(migrations().sort().at(-1)!.slice(0, 14)) + 1n);
  return `${now > next ? now : next}_${table}`;
}

/** The order of a purge in the newest migration that has it, with the new table first. */
function purgeOrder(table: string): string {
  const texts = migrations()
    .sort()
    .map(name => read(`${MIGRATIONS}/${name}/migration.sql`));
  const newest = texts.flatMap(text => [...text.matchAll(/FUNCTION purge_order\(\)[^;]*?ARRAY\[([^\]]*)\]/g)]).at(-1)![1]!;
  const tables = [table, ...newest.match(/\w+/g)!].map(name => `'${name}'`);
  return tables.join(', ').replace(/(.{60,80}?,) /g, '$1\n    ');
}

/** The files of the skeleton, by the paths that they get. */
export function newFiles(words: Words): Files {
  const names = readdirSync(path.join(SKELETON, 'files'), { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.txt'));
  const migration = nextMigration(words);
  return Object.fromEntries(
    names.map(name => {
      const text = readFileSync(path.join(SKELETON, 'files', name), 'utf8').replace('__purge_order__', purgeOrder(words.table));
      return [
        fill(name, words)
          .replace('MIGRATION', migration)
          .replace(/\.txt$/, ''),
        fill(text, words),
      ];
    }),
  );
}

/** The files that know nouns, with the new one inserted. */
export function changedFiles(words: Words): Files {
  const changed: Record<string, string> = {};
  for (const insertion of parseInsertions(fill(readFileSync(path.join(SKELETON, 'insertions.txt'), 'utf8'), words)))
    changed[insertion.file] = insert(changed[insertion.file] ?? read(insertion.file), insertion);
  return changed;
}
