import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import type { RowRef } from '../core/row-ref.ts';
import type { ChangedDataset } from './create.ts';
import { namedDataset } from './named.ts';

/**
 * Deletes a dataset with its objects and its listing (SPEC M1). Records of its sales stay; a job
 * removes the bytes.
 *
 * @throws {GatewayError} NOT_FOUND; CONFLICT while its listing is published.
 */
export const deleteDataset = (context: CommandContext, input: { dataset: RowRef }): Promise<ChangedDataset> =>
  runCommand(context, async command => {
    const { db, record, enqueueWrite, tenantId } = command;
    const { id, name, listing } = await namedDataset(command, input.dataset);
    if (listing?.status === 'published')
      throw new GatewayError('CONFLICT', 'The dataset is on the marketplace. Withdraw its listing first.');
    const objects = await db.dataObject.count({ where: { datasetId: id } });
    enqueueWrite(db.dataset.deleteMany({ where: { id } }));
    await record({ target: { type: 'Dataset', id }, before: { name, objects, ...(listing && { listing: listing.id }) } });
    return { tenantId, datasetId: id };
  });
