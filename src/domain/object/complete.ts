import { type Act, operate } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import type { RowName } from '../core/row-ref.ts';
import type { ObjectFacts } from '../core/services.ts';
import type { ChangedObject } from './add.ts';
import { objectKey } from './key.ts';
import { namedObject } from './named.ts';

/**
 * Looks whether an object's bytes are in the store and are what was announced, and takes it for stored from then on (SPEC M1). The store is
 * asked before the tenant is held: it may take long. Doing it again does nothing.
 *
 * @throws {GatewayError} NOT_FOUND; OBJECT_NOT_STORED when they aren't there, or are others.
 */
export const completeObject = async (act: Act, input: { object: RowName }): Promise<ChangedObject> => {
  const { id, ...announced } = await namedObject(act, act.work.db, input.object);
  const found = await act.services.store.find(objectKey(announced.tenantId, id));
  return operate(act, async ({ db, now, record, meanwhile, tenantId }) => {
    const { name, storedAt } = await namedObject(act, db, input.object);
    if (!found || !isAlike(found, announced))
      throw new GatewayError('OBJECT_NOT_STORED', found ? 'Other bytes lie there than were announced.' : 'Nothing has been uploaded yet.');
    if (storedAt) return { tenantId, objectId: id };
    meanwhile(db.dataObject.updateMany({ where: { id }, data: { storedAt: now } }));
    await record({ target: { type: 'DataObject', id }, after: { name, storedAt: now } });
    return { tenantId, objectId: id };
  });
};

type Bytes = Pick<ObjectFacts, 'size' | 'sha256'>;
const isAlike = (found: Bytes, announced: Bytes): boolean =>
  found.size === announced.size && Buffer.from(found.sha256).equals(announced.sha256);
