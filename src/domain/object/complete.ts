import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import type { RowRef } from '../core/row-ref.ts';
import type { ObjectFacts } from '../core/services.ts';
import type { ChangedObject } from './add.ts';
import { objectKey } from './key.ts';
import { namedObject } from './named.ts';

/**
 * Marks an object as stored after comparing its bytes in the store with the announced facts (SPEC
 * M1). The store is read before the tenant is locked, because it may be slow. Idempotent.
 *
 * @throws {GatewayError} NOT_FOUND; OBJECT_NOT_STORED when the bytes are missing or don't match.
 */
export const completeObject = async (context: CommandContext, input: { object: RowRef }): Promise<ChangedObject> => {
  const { id, ...announced } = await namedObject(context, context.work.db, input.object);
  const found = await context.services.store.find(objectKey(announced.tenantId, id));
  return runCommand(context, async ({ db, now, record, enqueueWrite, tenantId }) => {
    const { name, storedAt } = await namedObject(context, db, input.object);
    if (!found || !isSame(found, announced))
      throw new GatewayError(
        'OBJECT_NOT_STORED',
        found ? 'The uploaded bytes do not match the announced size and checksum.' : 'Nothing has been uploaded yet.',
      );
    if (storedAt) return { tenantId, objectId: id };
    enqueueWrite(db.dataObject.updateMany({ where: { id }, data: { storedAt: now } }));
    await record({ target: { type: 'DataObject', id }, after: { name, storedAt: now } });
    return { tenantId, objectId: id };
  });
};

type Bytes = Pick<ObjectFacts, 'size' | 'sha256'>;
const isSame = (found: Bytes, announced: Bytes): boolean =>
  found.size === announced.size && Buffer.from(found.sha256).equals(announced.sha256);
