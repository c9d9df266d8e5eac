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
 * crash, calling it again resumes. An object that can't be removed stops no other.
 *
 * @throws {AggregateError} of the failures, after all objects were tried.
 */
export async function removeStale(unit: UnitOfWork, { clock, store }: { clock: Clock; store: ObjectRemoval }): Promise<void> {
  const { db, binding } = unit;
  const since = { lte: daysAfter(clock.now(), -LINGER) };
  const failures: unknown[] = [];
  const remove = async (ids: readonly string[]) => {
    await store.remove(ids.map(id => objectKey(binding.tenantId!, id)));
    await unit.transaction(tx => tx.db.staleObject.deleteMany({ where: { id: { in: [...ids] } } }));
  };
  for (let last: string | undefined; ; ) {
    const where = { since, ...(last && { id: { gt: last } }) };
    const ids = (await db.staleObject.findMany({ where, select: { id: true }, orderBy: { id: 'asc' }, take: BATCH })).map(({ id }) => id);
    if (!ids.length) break;
    last = ids.at(-1);
    await remove(ids).catch(async () => {
      for (const id of ids) await remove([id]).catch(error => failures.push(error));
    });
  }
  if (failures.length) throw new AggregateError(failures, `${failures.length} objects could not be removed`);
}
