import { type Command, type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import type { RowRef } from '../core/row-ref.ts';
import type { ChangedObject } from './add.ts';
import { namedObject } from './named.ts';

/** The removed object, and the dataset that had it. */
export type RemovedObject = ChangedObject & { readonly datasetId: string };

/**
 * Removes an object from its dataset (SPEC M1). A job removes the bytes once all links to them have
 * expired.
 *
 * @throws {GatewayError} NOT_FOUND; CONFLICT for the last stored object of a published dataset.
 */
export const removeObject = (context: CommandContext, input: { object: RowRef }): Promise<RemovedObject> =>
  runCommand(context, async command => {
    const { db, record, enqueueWrite, tenantId } = command;
    const { id, datasetId, name, size, storedAt } = await namedObject(context, db, input.object);
    if (storedAt && (await isPublished(command, datasetId)) && (await db.dataObject.count({ where: stored(datasetId) })) === 1)
      throw new GatewayError('CONFLICT', 'This is the last stored object of a published dataset. Withdraw the listing first.');
    enqueueWrite(db.dataObject.deleteMany({ where: { id } }));
    await record({ target: { type: 'DataObject', id }, before: { dataset: datasetId, name, size: String(size), storedAt } });
    return { tenantId, objectId: id, datasetId };
  });

/** The objects of a dataset that can be retrieved. */
export const stored = (datasetId: string) => ({ datasetId, storedAt: { not: null } });

const isPublished = async ({ db }: Command, datasetId: string): Promise<boolean> =>
  (await db.listing.count({ where: { datasetId, status: 'published' } })) > 0;
