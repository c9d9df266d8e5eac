import type { Operation } from '../core/command.ts';
import { notHere, type RowName, rowHere } from '../core/row-ref.ts';

/**
 * The dataset that an input names, with its listing's status.
 *
 * @throws {GatewayError} NOT_FOUND for another tenant's, as for one that doesn't exist (SPEC T4).
 */
export async function namedDataset({ act, db }: Pick<Operation, 'act' | 'db'>, named: RowName) {
  const dataset = await db.dataset.findFirst({
    where: { id: rowHere(act, named) },
    select: { id: true, name: true, description: true, listing: { select: { status: true } } },
  });
  if (!dataset) throw notHere();
  return dataset;
}
