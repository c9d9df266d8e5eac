import { readdirSync, readFileSync } from 'node:fs';

/** A fault: `find`, which occurs once in `file`, becomes `plant`; one of `tests` must fail. */
export type Fault = {
  readonly file: string;
  readonly find: string;
  readonly plant: string;
  readonly tests: readonly string[];
  /** Whether CI plants it. */
  readonly short?: true;
};

const MIGRATIONS = 'prisma/migrations';

/** The newest migration with a text, for a function that later migrations replace. */
export function newestMigration(text: string): string {
  const files = readdirSync(MIGRATIONS, { withFileTypes: true }).filter(entry => entry.isDirectory());
  const named = files.map(({ name }) => `${MIGRATIONS}/${name}/migration.sql`).sort();
  return named.findLast(file => readFileSync(file, 'utf8').includes(text))!;
}
