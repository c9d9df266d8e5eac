import type { Command } from '../core/command.ts';
import { localRow, notFound, type RowRef } from '../core/row-ref.ts';

/**
 * Finds the dataset that an input names, with its listing's status.
 *
 * @throws {GatewayError} NOT_FOUND for a missing dataset and for another tenant's (SPEC T4).
 */
export async function namedDataset({ context, db }: Pick<Command, 'context' | 'db'>, named: RowRef) {
  const dataset = await db.dataset.findFirst({
    where: { id: localRow(context, named) },
    select: { id: true, name: true, description: true, listing: { select: { id: true, status: true } } },
  });
  if (!dataset) throw notFound();
  return dataset;
}
