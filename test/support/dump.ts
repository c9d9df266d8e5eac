import type { TestDatabase } from './database.ts';

/**
 * The tables of a database, the job queue's too, that have a text somewhere, whatever its case: by
 * name, with the number of such rows.
 */
export async function tablesNaming({ sql }: Pick<TestDatabase, 'sql'>, text: string): Promise<Record<string, number>> {
  const tables = await sql<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  );
  const found: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await sql<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${name} t WHERE strpos(lower(t::text), lower($1)) > 0`, [
      text,
    ]);
    if (row!.rows) found[name] = row!.rows;
  }
  return found;
}
