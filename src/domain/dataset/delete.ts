import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import type { RowRef } from '../core/row-ref.ts';
import type { ChangedDataset } from './create.ts';
import { namedDataset } from './named.ts';

/**
 * Deletes a dataset with its objects and its listing, for good (SPEC M1). What was sold of it stays
 * in the books; the bytes are removed by a job.
 *
 * @throws {GatewayError} NOT_FOUND; CONFLICT while it is on the marketplace.
 */
export const deleteDataset = (context: CommandContext, input: { dataset: RowRef }): Promise<ChangedDataset> =>
  runCommand(context, async command => {
    const { db, record, enqueueWrite, tenantId } = command;
    const { id, name, listing } = await namedDataset(command, input.dataset);
    if (listing?.status === 'published')
      throw new GatewayError('CONFLICT', 'The dataset is on the marketplace: withdraw its listing first.');
    const objects = await db.dataObject.count({ where: { datasetId: id } });
    enqueueWrite(db.dataset.deleteMany({ where: { id } }));
    await record({ target: { type: 'Dataset', id }, before: { name, objects } });
    return { tenantId, datasetId: id };
  });
