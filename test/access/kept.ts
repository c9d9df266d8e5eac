import type { TestDatabase } from '../support/database.ts';

/** A row that isn't as it was kept: one that came, or one that went. A row that changed is both. */
export type Difference = {
  readonly table: string;
  readonly came: boolean;
  /** Whose row it is; null for a person's. */
  readonly tenantId: string | null;
  readonly row: Readonly<Record<string, unknown>>;
};

/** Every row of every table, jobs too, and how to come back to them. */
export type Kept = {
  /** Keeps all rows as `statements` make them, whatever triggers and references say. */
  keep(statements: string): Promise<void>;
  /** How the rows differ from those that were kept. */
  differences(): Promise<readonly Difference[]>;
  /** Puts the rows back that the differences are of. */
  putBack(differences: readonly Difference[]): Promise<void>;
};

const JOBS = 'graphile_worker._private_jobs';

/** Keeps the rows of a database in a schema of their own. No job may be waiting. */
export async function keepRows({ sql }: Pick<TestDatabase, 'sql'>): Promise<Kept> {
  const found = await sql<{ name: string }>(
    "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'",
  );
  const tables = found.map(({ name }) => name);
  // Several statements at once are one transaction.
  const unlooked = (statements: string) => sql(`SET LOCAL session_replication_role = replica; ${statements}`);
  const difference = (table: string, came: boolean) => `SELECT '${table}'::text AS "table", ${came} AS came, to_jsonb(r) AS "row"
    FROM (TABLE ${came ? 'public' : 'kept'}.${table} EXCEPT TABLE ${came ? 'kept' : 'public'}.${table}) r`;
  const waiting = `SELECT 'job', true, jsonb_build_object('tenant_id', payload->>'tenantId') FROM ${JOBS}`;
  const all = [...tables.flatMap(table => [difference(table, true), difference(table, false)]), waiting].join(' UNION ALL ');
  // A function of plpgsql plans its statement once a connection.
  await sql(`CREATE SCHEMA kept; ${tables.map(table => `CREATE TABLE kept.${table} AS TABLE public.${table};`).join(' ')}
    CREATE FUNCTION kept.differences() RETURNS TABLE ("table" text, came boolean, "row" jsonb) LANGUAGE plpgsql AS $$
    #variable_conflict use_column
    BEGIN RETURN QUERY ${all}; END $$`);
  return {
    keep: async statements => {
      const copies = tables.map(table => `DELETE FROM kept.${table}; INSERT INTO kept.${table} TABLE public.${table};`);
      await unlooked(`${statements} ${copies.join(' ')}`);
    },
    differences: () =>
      sql(
        `SELECT "table", came, coalesce("row"->>'tenant_id', "row"->>'held_by') AS "tenantId", "row" FROM kept.differences()
         ORDER BY "table", "row"->>'tenant_id', ("row"->>'seq')::int`,
      ),
    putBack: async differences => {
      const changed = new Set(differences.map(({ table }) => table));
      if (changed.delete('job')) await sql(`DELETE FROM ${JOBS}`);
      const restore = [...changed].map(table => `DELETE FROM ${table}; INSERT INTO ${table} TABLE kept.${table};`);
      if (restore.length) await unlooked(restore.join(' '));
    },
  };
}
