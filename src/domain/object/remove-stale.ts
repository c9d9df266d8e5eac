import type { UnitOfWork } from '../../database/index.ts';
import { type Clock, daysAfter, type ObjectRemoval } from '../core/services.ts';
import { objectKey } from './key.ts';

/**
 * How long bytes lie on after their object was removed, days: longer than any link to them is good
 * for, so that a retrieval that was paid for is one, and no upload that was under way comes after
 * the removal. The same as in `crossing_due_tenants`.
 */
export const LINGER = 1;

/** Objects whose bytes are removed at once. */
const BATCH = 500;

/**
 * Removes the bytes of the bound tenant's removed objects from the store, then forgets them.
 * Whoever stops in between goes on by calling it again: what is gone from the store already is no
 * error.
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
