import { setImmediate as nextTurn } from 'node:timers/promises';
import type { UnitOfWork } from '../../database/index.ts';

type Batch = { readonly ids: Set<string>; readonly found: Promise<ReadonlySet<string>> };

const batches = new WeakMap<UnitOfWork, Batch>();

/**
 * Whether a membership is there still: those that a page of keys asks for are read in one
 * statement.
 */
export async function isMember(work: UnitOfWork, id: string): Promise<boolean> {
  const batch = batches.get(work) ?? newBatch(work);
  batch.ids.add(id);
  return (await batch.found).has(id);
}

function newBatch(work: UnitOfWork): Batch {
  const ids = new Set<string>();
  const found = nextTurn().then(async () => {
    batches.delete(work);
    const rows = await work.db.membership.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
    return new Set(rows.map(row => row.id));
  });
  const batch = { ids, found };
  batches.set(work, batch);
  return batch;
}
