import { addObject, type ChangedObject } from '../../domain/object/add.ts';
import { completeObject } from '../../domain/object/complete.ts';
import { type RemovedObject, removeObject } from '../../domain/object/remove.ts';
import { builder } from '../core/builder.ts';
import { encodeGlobalId, rowId, rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { Dataset } from '../dataset/dataset.ts';
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
  description: 'Adds an object to a dataset. Upload its bytes as `object { upload }` describes, then call `completeObject`.',
  input: t => ({
    datasetId: t.globalID({ required: true, description: 'The global id of a `Dataset`.' }),
    name: t.string({ required: true, description: 'The file name: 1 to 255 characters, unique in the dataset.' }),
    size: t.field({ type: 'ByteCount', required: true, description: 'The size of the file, at most 5 GiB.' }),
    mediaType: t.string({ required: true, description: 'The media type without parameters, such as `text/csv`.' }),
    sha256: t.string({ required: true, description: 'The SHA-256 checksum of the bytes in 64 hexadecimal digits.' }),
  }),
  payload: objectPayload('AddObjectPayload'),
  run: (command, { datasetId, ...input }) => addObject(command, { ...input, dataset: rowRef('Dataset', datasetId) }),
});

mutation('completeObject', {
  policy: 'dataset:write',
  action: 'object.complete',
  description:
    'Confirms the upload of an object. The gateway checks that the uploaded bytes have the announced size and checksum; the object can then be retrieved.',
  input: t => ({ objectId: t.globalID({ required: true, description: 'The global id of a `DataObject`.' }) }),
  payload: objectPayload('CompleteObjectPayload'),
  run: (command, { objectId }) => completeObject(command, { object: rowRef('DataObject', objectId) }),
});

const RemoveObjectPayload = builder.objectRef<RemovedObject>('RemoveObjectPayload').implement({
  tenantOf: ({ tenantId }: RemovedObject) => tenantId,
  fields: t => ({
    removedObjectId: t.id({
      policy: 'public',
      description: 'The global id of the `DataObject`.',
      resolve: ({ tenantId, objectId: id }) => encodeGlobalId('DataObject', rowId({ tenantId, id })),
    }),
    dataset: t.prismaField({
      type: Dataset,
      policy: 'dataset:read',
      nullable: true,
      description: 'The dataset that had the object. Null if it was deleted since.',
      resolve: (query, { tenantId, datasetId: id }, _args, { work }) =>
        work.db.dataset.findUnique({ ...query, where: { tenantId_id: { tenantId, id } } }),
    }),
  }),
});

mutation('removeObject', {
  policy: 'dataset:delete',
  action: 'object.remove',
  description: 'Removes an object from its dataset. A dataset with a published listing must keep at least one uploaded object.',
  input: t => ({ objectId: t.globalID({ required: true, description: 'The global id of a `DataObject`.' }) }),
  payload: RemoveObjectPayload,
  run: (command, { objectId }) => removeObject(command, { object: rowRef('DataObject', objectId) }),
});
