import { setImmediate as nextTurn } from 'node:timers/promises';
import type { UnitOfWork } from '../../database/index.ts';

type Batch<Value> = { readonly ids: Set<string>; readonly loaded: Promise<ReadonlyMap<string, Value>> };

/**
 * A loader that reads values by id, all that one request needs at the same time in one query.
 * Resolves to undefined for an id that `load` doesn't return. Nothing is cached.
 */
export function batchLoader<Value>(load: (work: UnitOfWork, ids: readonly string[]) => Promise<ReadonlyMap<string, Value>>) {
  const batches = new WeakMap<UnitOfWork, Batch<Value>>();

  function newBatch(work: UnitOfWork): Batch<Value> {
    const ids = new Set<string>();
    const loaded = nextTurn().then(() => {
      batches.delete(work);
      return load(work, [...ids]);
    });
    const batch = { ids, loaded };
    batches.set(work, batch);
    return batch;
  }

  return async (work: UnitOfWork, id: string): Promise<Value | undefined> => {
    const batch = batches.get(work) ?? newBatch(work);
    batch.ids.add(id);
    return (await batch.loaded).get(id);
  };
}
