import type pg from 'pg';

/** Where a conversion of the large tables stands. */
export type Conversion = {
  /** Whether this database has the functions that convert: a migration of 2026-12. */
  readonly isPossible: boolean;
  /** Whether the tables are in partitions. */
  readonly isSwapped: boolean;
  /** The tables that have a twin, or whose foreign keys are still to be joined. */
  readonly begun: readonly string[];
};

/** Reads where the conversion stands, on a connection that acts as the owner. */
export async function readConversion(client: pg.Client): Promise<Conversion> {
  const { rows } = await client.query<{ isPossible: boolean; isSwapped: boolean }>(
    `SELECT to_regclass('tenant_hash.conversion') IS NOT NULL AS "isPossible",
       coalesce((SELECT relkind = 'p' FROM pg_class WHERE oid = to_regclass('public.charge')), false) AS "isSwapped"`,
  );
  const begun = rows[0]!.isPossible ? await client.query<{ name: string }>('SELECT name FROM tenant_hash.conversion') : { rows: [] };
  return { ...rows[0]!, begun: begun.rows.map(({ name }) => name) };
}
