import type { UnitOfWork } from '../../database/index.ts';
import { type Availability, availabilityOf } from '../../database/queries/entitlement.ts';

type Batch = { readonly ids: Set<string>; readonly found: Promise<ReadonlyMap<string, Availability>> };

const batches = new WeakMap<UnitOfWork, Batch>();

/**
 * How available one of the bound tenant's entitlements is. Those that are asked for in one go are
 * looked up together.
 */
export async function availability(work: UnitOfWork, id: string): Promise<Availability> {
  const batch = batches.get(work) ?? begin(work);
  batch.ids.add(id);
  return (await batch.found).get(id) ?? 'provider_gone';
}

function begin(work: UnitOfWork): Batch {
  const ids = new Set<string>();
  const found = new Promise<void>(resolve => setImmediate(resolve)).then(() => {
    batches.delete(work);
    return availabilityOf(work.query, [...ids]);
  });
  const batch = { ids, found };
  batches.set(work, batch);
  return batch;
}
