import { type Upload, uploadOf } from '../../domain/object/upload.ts';
import { builder } from '../core/builder.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import { OLDEST_FIRST, pageCost } from '../core/page.ts';
import { relatedPage } from '../core/related-page.ts';
import { Dataset } from '../dataset/dataset.ts';

type Header = { readonly name: string; readonly value: string };

const HeaderType = builder.objectRef<Header>('UploadHeader').implement({
  description: 'A header of an upload.',
  fields: t => ({ name: t.exposeString('name', { policy: 'public' }), value: t.exposeString('value', { policy: 'public' }) }),
});

const UploadType = builder.objectRef<Upload>('Upload').implement({
  description: 'How to upload an object: PUT the bytes to the URL, with these headers. Whoever has it can: keep it to yourself.',
  fields: t => ({
    url: t.exposeString('url', { policy: 'public' }),
    headers: t.field({
      type: [HeaderType],
      policy: 'public',
      resolve: ({ headers }) => Object.entries(headers).map(([name, value]) => ({ name, value })),
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', policy: 'public', description: 'Until then it must have begun.' }),
  }),
});

/** An object of a dataset. */
export const DataObject = builder.prismaNode('DataObject', {
  description: 'A file of a dataset. Its bytes lie in the store; `storedAt` is null until they are there and are what was announced.',
  tenantOf: (object: { tenantId: string }) => object.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'dataset:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true },
  fields: t => ({
    name: t.exposeString('name', { policy: 'dataset:read', nullable: true }),
    size: t.expose('size', { type: 'ByteCount', policy: 'dataset:read', nullable: true }),
    mediaType: t.exposeString('mediaType', { policy: 'dataset:read', nullable: true }),
    sha256: t.string({
      policy: 'dataset:read',
      nullable: true,
      description: 'The checksum, 64 hexadecimal digits.',
      select: { sha256: true },
      resolve: ({ sha256 }) => Buffer.from(sha256).toString('hex'),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', policy: 'dataset:read', nullable: true }),
    storedAt: t.expose('storedAt', { type: 'DateTime', policy: 'dataset:read', nullable: true }),
    dataset: t.relation('dataset', { policy: 'dataset:read', nullable: true }),
    upload: t.field({
      type: UploadType,
      policy: 'dataset:write',
      nullable: true,
      description: 'A new link to upload the bytes; null once they are stored. Ask again when it has expired.',
      select: { tenantId: true, id: true, size: true, mediaType: true, sha256: true, storedAt: true },
      resolve: (object, _args, { services }) => uploadOf(object, services),
    }),
  }),
});

builder.prismaObjectField(Dataset, 'objects', t =>
  t.connection(
    {
      type: DataObject,
      policy: 'dataset:read',
      nullable: true,
      description: 'The objects, in the order in which they were added.',
      complexity: pageCost,
      ...relatedPage({
        relation: 'objects',
        type: 'DataObject',
        order: OLDEST_FIRST,
      }),
    },
    { name: 'DatasetObjectsConnection' },
    { name: 'DatasetObjectsEdge' },
  ),
);
