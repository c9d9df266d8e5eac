import type { UnitOfWork } from '../../database/index.ts';
import { batchLoader } from '../core/batch.ts';

const loadMembership = batchLoader(async (work, ids) => {
  const rows = await work.db.membership.findMany({ where: { id: { in: [...ids] } }, select: { id: true } });
  return new Map(rows.map(({ id }) => [id, true]));
});

/** Whether a membership still exists. */
export const isMember = async (work: UnitOfWork, id: string): Promise<boolean> => (await loadMembership(work, id)) ?? false;
