import type { UnitOfWork } from '../../database/index.ts';
import { type Clock, daysAfter, type ObjectRemoval } from '../core/services.ts';
import { objectKey } from './key.ts';

/**
 * How long bytes are kept after their object was removed, days: longer than any link to them is
 * valid, so that a paid download works and no running upload arrives after the removal.
 * `crossing_due_tenants` uses the same number.
 */
export const LINGER = 1;

/** Objects removed from the store in one call. */
const BATCH = 500;

/**
 * Removes the bytes of the bound tenant's removed objects from the store, then their rows. After a
 * crash, calling it again resumes.
 */
export async function removeStale(
  { db, binding, transaction }: UnitOfWork,
  { clock, store }: { clock: Clock; store: ObjectRemoval },
): Promise<void> {
  const where = { since: { lte: daysAfter(clock.now(), -LINGER) } };
  for (;;) {
    const stale = await db.staleObject.findMany({ where, select: { id: true }, orderBy: { id: 'asc' }, take: BATCH });
    if (!stale.length) return;
    const ids = stale.map(({ id }) => id);
    await store.remove(ids.map(id => objectKey(binding.tenantId!, id)));
    await transaction(tx => tx.db.staleObject.deleteMany({ where: { id: { in: ids } } }));
  }
}
