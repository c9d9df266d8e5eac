import type { UnitOfWork } from '../../database/index.ts';
import { buryTenant, purgeRows } from '../../database/queries/tenant.ts';
import type { Clock, ObjectRemoval } from '../core/services.ts';
import { prefixOf } from '../object/key.ts';

/** Rows that one transaction of a purge removes. */
export const BATCH = 1_000;

/** How a purge went on: one batch after the other, each whole or not at all. */
export type PurgeOptions = { readonly batch?: number; readonly onBatch?: (table: string) => void };

/** What it is done with. */
export type PurgeMeans = { readonly clock: Clock; readonly store: ObjectRemoval };

/**
 * Deletes the bound tenant for good once its grace period is over (SPEC S4): it is buried in one
 * transaction, and from then on nowhere to be seen; its objects' bytes go, then its rows in
 * batches. Whoever stops in between goes on by calling it again. What stays is a tombstone and a
 * receipt.
 */
export async function purgeTenant(
  unit: UnitOfWork,
  { clock, store }: PurgeMeans,
  { batch = BATCH, onBatch = () => {} }: PurgeOptions = {},
): Promise<void> {
  await unit.transaction(({ query }) => buryTenant(query, clock.now()));
  if (!(await unit.db.tombstone.count({ where: { purgedAt: null } }))) return;
  await store.removeAll(prefixOf(unit.binding.tenantId!));
  for (;;) {
    const table = await unit.transaction(({ query }) => purgeRows(query, batch, clock.now()));
    if (table === null) return;
    onBatch(table);
  }
}
