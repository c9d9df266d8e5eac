import type { TestDatabase } from '../support/database.ts';

/** A row that was added or removed since the snapshot. A changed row is both. */
export type Difference = {
  readonly table: string;
  readonly came: boolean;
  /** The row's tenant; null for a person's row. */
  readonly tenantId: string | null;
  readonly row: Readonly<Record<string, unknown>>;
};

/** A snapshot of every row of every table, jobs too, that can be restored. */
export type Kept = {
  /** Runs `statements` without triggers and foreign keys, and takes the snapshot. */
  keep(statements: string): Promise<void>;
  /** The differences from the snapshot. */
  differences(): Promise<readonly Difference[]>;
  /** Restores the tables of the differences. */
  restore(differences: readonly Difference[]): Promise<void>;
};

const JOBS = 'graphile_worker._private_jobs';

/** Takes the snapshot into a schema `kept` of the database. No job may be queued. */
export async function keepRows({ sql }: Pick<TestDatabase, 'sql'>): Promise<Kept> {
  const found = await sql<{ name: string }>(
    "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '_prisma_migrations'",
  );
  const tables = found.map(({ name }) => name);
  // Several statements in one query are one transaction.
  const unlooked = (statements: string) => sql(`SET LOCAL session_replication_role = replica; ${statements}`);
  const difference = (table: string, came: boolean) => `SELECT '${table}'::text AS "table", ${came} AS came, to_jsonb(r) AS "row"
    FROM (TABLE ${came ? 'public' : 'kept'}.${table} EXCEPT TABLE ${came ? 'kept' : 'public'}.${table}) r`;
  const waiting = `SELECT 'job', true, jsonb_build_object('tenant_id', payload->>'tenantId') FROM ${JOBS}`;
  const all = [...tables.flatMap(table => [difference(table, true), difference(table, false)]), waiting].join(' UNION ALL ');
  // PL/pgSQL plans the statement of a function once per connection.
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
    restore: async differences => {
      const changed = new Set(differences.map(({ table }) => table));
      if (changed.delete('job')) await sql(`DELETE FROM ${JOBS}`);
      const statements = [...changed].map(table => `DELETE FROM ${table}; INSERT INTO ${table} TABLE kept.${table};`);
      if (statements.length) await unlooked(statements.join(' '));
    },
  };
}
