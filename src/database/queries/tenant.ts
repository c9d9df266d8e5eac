import type { Query } from '../driver/query.ts';

/** The number of Free tenants that the bound person owns. */
export async function ownedFreeTenants(query: Query): Promise<number> {
  const [row] = await query<{ count: number }>('SELECT crossing_owned_free_tenants() AS count', []);
  return row!.count;
}

/**
 * Replaces the bound tenant by its tombstone if its grace period is over at `moment` (SPEC S4).
 *
 * @returns whether it did.
 */
export async function buryTenant(query: Query, moment: Date): Promise<boolean> {
  const [row] = await query<{ buried: boolean }>('SELECT bury_tenant($1::timestamptz) AS buried', [moment]);
  return row!.buried;
}

/**
 * Removes a batch of the rows of the bound, deleted tenant.
 *
 * @returns the table of the batch, or null when no rows are left.
 */
export async function purgeRows(query: Query, limit: number, moment: Date): Promise<string | null> {
  const [row] = await query<{ table: string | null }>('SELECT purge_rows($1::int, $2::timestamptz) AS table', [limit, moment]);
  return row!.table;
}
