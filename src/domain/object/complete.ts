import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import type { RowRef } from '../core/row-ref.ts';
import type { ObjectFacts } from '../core/services.ts';
import type { ChangedObject } from './add.ts';
import { objectKey } from './key.ts';
import { namedObject } from './named.ts';

/**
 * Looks whether an object's bytes are in the store and are what was announced, and takes it for
 * stored from then on (SPEC M1). The store is asked before the tenant is held: it may take long.
 * Doing it again does nothing.
 *
 * @throws {GatewayError} NOT_FOUND; OBJECT_NOT_STORED when they aren't there, or are others.
 */
export const completeObject = async (context: CommandContext, input: { object: RowRef }): Promise<ChangedObject> => {
  const { id, ...announced } = await namedObject(context, context.work.db, input.object);
  const found = await context.services.store.find(objectKey(announced.tenantId, id));
  return runCommand(context, async ({ db, now, record, enqueueWrite, tenantId }) => {
    const { name, storedAt } = await namedObject(context, db, input.object);
    if (!found || !isAlike(found, announced))
      throw new GatewayError('OBJECT_NOT_STORED', found ? 'Other bytes lie there than were announced.' : 'Nothing has been uploaded yet.');
    if (storedAt) return { tenantId, objectId: id };
    enqueueWrite(db.dataObject.updateMany({ where: { id }, data: { storedAt: now } }));
    await record({ target: { type: 'DataObject', id }, after: { name, storedAt: now } });
    return { tenantId, objectId: id };
  });
};

type Bytes = Pick<ObjectFacts, 'size' | 'sha256'>;
const isAlike = (found: Bytes, announced: Bytes): boolean =>
  found.size === announced.size && Buffer.from(found.sha256).equals(announced.sha256);
