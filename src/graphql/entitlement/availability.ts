import type { UnitOfWork } from '../../database/index.ts';
import { type Availability, availabilityOf } from '../../database/queries/entitlement.ts';
import { batchLoader } from '../core/batch.ts';

const loadAvailability = batchLoader((work, ids) => availabilityOf(work.query, ids));

/** Whether the objects of one of the bound tenant's entitlements can be retrieved now. */
export const availability = async (work: UnitOfWork, id: string): Promise<Availability> =>
  (await loadAvailability(work, id)) ?? 'provider_gone';
