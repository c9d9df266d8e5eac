import type { UnitOfWork } from '../../database/index.ts';
import { buryTenant, purgeRows } from '../../database/queries/tenant.ts';
import type { Clock, ObjectRemoval } from '../core/services.ts';
import { prefixOf } from '../object/key.ts';

/** Rows removed by one transaction of a purge. */
export const BATCH = 1_000;

/** `onBatch` is called with the table's name after each committed batch. */
export type PurgeOptions = { readonly batch?: number; readonly onBatch?: (table: string) => void };

export type PurgeDependencies = { readonly clock: Clock; readonly store: ObjectRemoval };

/**
 * Deletes the bound tenant for good once its grace period is over (SPEC S4). One transaction marks
 * it deleted and writes its tombstone, which hides it everywhere; then its objects' bytes and its
 * rows are removed in batches. After a crash, calling it again resumes. A tombstone and a receipt
 * stay.
 */
export async function purgeTenant(
  unit: UnitOfWork,
  { clock, store }: PurgeDependencies,
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
