import { uuidv7 as uuid } from 'uuidv7';
import { isConstraint, type ReadClient } from '../../database/index.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import type { RowRef } from '../core/row-ref.ts';
import { namedDataset } from '../dataset/named.ts';
import { objectFacts, objectName } from './facts.ts';

/** An object that was added or changed. */
export type ChangedObject = { readonly tenantId: string; readonly objectId: string };

export type AddObjectInput = {
  readonly dataset: RowRef;
  readonly name: string;
  readonly size: bigint;
  readonly mediaType: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
};

/**
 * Adds an object to a dataset by its size, media type and checksum (SPEC M1). It can be retrieved
 * once its bytes are uploaded and `completeObject` has found that they match. Upload links are
 * stored nowhere; each request for one creates a new one.
 *
 * @throws {GatewayError} BAD_USER_INPUT; NOT_FOUND; LIMIT_REACHED; CONFLICT when the dataset has an
 * object of that name.
 */
export const addObject = (context: CommandContext, input: AddObjectInput): Promise<ChangedObject> => {
  const name = objectName(input.name);
  const { size, mediaType, sha256 } = objectFacts(input);
  return runCommand(context, async command => {
    const { db, now, record, tenantId } = command;
    const { id: datasetId } = await namedDataset(command, input.dataset);
    await checkRoom(db, datasetId);
    const id = uuid();
    await db.dataObject
      .create({ data: { id, datasetId, name, size, mediaType, sha256: sha256 as Uint8Array<ArrayBuffer>, createdAt: now } })
      .catch(taken(name));
    const after = { dataset: datasetId, name, size: String(size), mediaType, sha256: Buffer.from(sha256).toString('hex') };
    await record({ target: { type: 'DataObject', id }, after });
    return { tenantId, objectId: id };
  });
};

/** Objects of one dataset at most. */
export const OBJECT_LIMIT = 10_000;

async function checkRoom(db: ReadClient, datasetId: string): Promise<void> {
  const used = await db.dataObject.count({ where: { datasetId } });
  if (used >= OBJECT_LIMIT)
    throw new GatewayError('LIMIT_REACHED', `A dataset has at most ${OBJECT_LIMIT} objects.`, { limit: OBJECT_LIMIT, used });
}

const taken = (name: string) => (error: unknown) => {
  if (isConstraint(error, 'data_object_tenant_id_dataset_id_name_key'))
    throw new GatewayError('CONFLICT', `The dataset already has an object named ${JSON.stringify(name)}.`, { field: 'name' });
  throw error;
};
