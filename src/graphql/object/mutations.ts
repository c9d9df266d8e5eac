import { addObject, type ChangedObject } from '../../domain/object/add.ts';
import { completeObject } from '../../domain/object/complete.ts';
import { removeObject } from '../../domain/object/remove.ts';
import { builder } from '../core/builder.ts';
import { encodeGlobalId, rowId, rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { DataObject } from './object.ts';

const objectPayload = (name: string) =>
  builder.objectRef<ChangedObject>(name).implement({
    tenantOf: ({ tenantId }: ChangedObject) => tenantId,
    fields: t => ({
      object: t.prismaField({
        type: DataObject,
        policy: 'dataset:read',
        nullable: true,
        resolve: (query, { tenantId, objectId: id }, _args, { work }) =>
          work.db.dataObject.findUnique({ ...query, where: { tenantId_id: { tenantId, id } } }),
      }),
    }),
  });

mutation('addObject', {
  policy: 'dataset:write',
  action: 'object.add',
  description: 'Announces an object of a dataset. `object { upload }` says how to send its bytes; then `completeObject`.',
  input: t => ({
    datasetId: t.globalID({ required: true }),
    name: t.string({ required: true, description: 'The name of the file: 1 to 255 characters, unique in the dataset.' }),
    size: t.field({ type: 'ByteCount', required: true, description: 'At most 5 GiB.' }),
    mediaType: t.string({ required: true, description: 'Such as `text/csv`; without parameters.' }),
    sha256: t.string({ required: true, description: 'The checksum of the bytes, 64 hexadecimal digits.' }),
  }),
  payload: objectPayload('AddObjectPayload'),
  run: (command, { datasetId, ...input }) => addObject(command, { ...input, dataset: rowRef('Dataset', datasetId) }),
});

mutation('completeObject', {
  policy: 'dataset:write',
  action: 'object.complete',
  description:
    "Says that an object's bytes are uploaded: the store is asked, and if they are what was announced the object can be retrieved.",
  input: t => ({ objectId: t.globalID({ required: true }) }),
  payload: objectPayload('CompleteObjectPayload'),
  run: (command, { objectId }) => completeObject(command, { object: rowRef('DataObject', objectId) }),
});

const RemoveObjectPayload = builder.objectRef<ChangedObject>('RemoveObjectPayload').implement({
  fields: t => ({
    removedObjectId: t.id({
      policy: 'public',
      resolve: ({ tenantId, objectId: id }) => encodeGlobalId('DataObject', rowId({ tenantId, id })),
    }),
  }),
});

mutation('removeObject', {
  policy: 'dataset:delete',
  action: 'object.remove',
  description: 'Removes an object from its dataset. What is on the marketplace keeps one stored object at least.',
  input: t => ({ objectId: t.globalID({ required: true }) }),
  payload: RemoveObjectPayload,
  run: (command, { objectId }) => removeObject(command, { object: rowRef('DataObject', objectId) }),
});
