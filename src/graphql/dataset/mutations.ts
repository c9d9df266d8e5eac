import { type ChangedDataset, createDataset } from '../../domain/dataset/create.ts';
import { deleteDataset } from '../../domain/dataset/delete.ts';
import { updateDataset } from '../../domain/dataset/update.ts';
import { builder } from '../core/builder.ts';
import { encodeGlobalId, rowId, rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { Dataset } from './dataset.ts';

const datasetPayload = (name: string) =>
  builder.objectRef<ChangedDataset>(name).implement({
    tenantOf: ({ tenantId }: ChangedDataset) => tenantId,
    fields: t => ({
      dataset: t.prismaField({
        type: Dataset,
        policy: 'dataset:read',
        nullable: true,
        resolve: (query, { tenantId, datasetId: id }, _args, { work }) =>
          work.db.dataset.findUnique({ ...query, where: { tenantId_id: { tenantId, id } } }),
      }),
    }),
  });

const [NAME, DESCRIPTION] = ['1 to 120 characters. Names need not be unique.', 'Up to 4,000 characters. Line breaks are allowed.'];
const UNCHANGED = 'Null or omitted: unchanged.';

mutation('createDataset', {
  policy: 'dataset:write',
  action: 'dataset.create',
  description: 'Creates an empty dataset. The plan limits the number of datasets.',
  input: t => ({
    name: t.string({ required: true, description: NAME }),
    description: t.string({ description: `${DESCRIPTION} Null or omitted: empty.` }),
  }),
  payload: datasetPayload('CreateDatasetPayload'),
  run: (command, input) => createDataset(command, input),
});

mutation('updateDataset', {
  policy: 'dataset:write',
  action: 'dataset.update',
  description:
    'Changes the name and the description of a dataset. A field that is left out stays as it is. The title of its listing is separate.',
  input: t => ({
    datasetId: t.globalID({ required: true, description: 'The global id of a `Dataset`.' }),
    name: t.string({ description: `${NAME} ${UNCHANGED}` }),
    description: t.string({ description: `${DESCRIPTION} ${UNCHANGED} An empty text empties it.` }),
  }),
  payload: datasetPayload('UpdateDatasetPayload'),
  run: (command, { datasetId, ...input }) => updateDataset(command, { ...input, dataset: rowRef('Dataset', datasetId) }),
});

const DeleteDatasetPayload = builder.objectRef<ChangedDataset>('DeleteDatasetPayload').implement({
  fields: t => ({
    deletedDatasetId: t.id({
      policy: 'public',
      description: 'The global id of the `Dataset`.',
      resolve: ({ tenantId, datasetId: id }) => encodeGlobalId('Dataset', rowId({ tenantId, id })),
    }),
  }),
});

mutation('deleteDataset', {
  policy: 'dataset:delete',
  action: 'dataset.delete',
  description: 'Permanently deletes a dataset with its objects and its listing. Withdraw a published listing first.',
  input: t => ({ datasetId: t.globalID({ required: true, description: 'The global id of a `Dataset`.' }) }),
  payload: DeleteDatasetPayload,
  run: (command, { datasetId }) => deleteDataset(command, { dataset: rowRef('Dataset', datasetId) }),
});
