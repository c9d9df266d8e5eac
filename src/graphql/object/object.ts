import { type Upload, uploadOf } from '../../domain/object/upload.ts';
import { builder } from '../core/builder.ts';
import { OLDEST_FIRST } from '../core/cursor.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import { pageCost } from '../core/page-size.ts';
import { relatedPage } from '../core/related-page.ts';
import { Dataset } from '../dataset/dataset.ts';

type Header = { readonly name: string; readonly value: string };

const HeaderType = builder.objectRef<Header>('UploadHeader').implement({
  description: 'An HTTP header of an upload.',
  fields: t => ({ name: t.exposeString('name', { policy: 'public' }), value: t.exposeString('value', { policy: 'public' }) }),
});

const UploadType = builder.objectRef<Upload>('Upload').implement({
  description:
    'How to upload the bytes of an object: send them with HTTP PUT to the URL, with these headers. The URL needs no sign-in, so keep it secret.',
  fields: t => ({
    url: t.exposeString('url', { policy: 'public' }),
    headers: t.field({
      type: [HeaderType],
      policy: 'public',
      resolve: ({ headers }) => Object.entries(headers).map(([name, value]) => ({ name, value })),
    }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime', policy: 'public', description: 'The upload must begin before this time.' }),
  }),
});

export const DataObject = builder.prismaNode('DataObject', {
  description: 'A file of a dataset.',
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
      description: 'The SHA-256 checksum in 64 hexadecimal digits.',
      select: { sha256: true },
      resolve: ({ sha256 }) => Buffer.from(sha256).toString('hex'),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', policy: 'dataset:read', nullable: true }),
    storedAt: t.expose('storedAt', {
      type: 'DateTime',
      policy: 'dataset:read',
      nullable: true,
      description: 'When `completeObject` confirmed the upload. Null: the bytes are not uploaded yet.',
    }),
    dataset: t.relation('dataset', { policy: 'dataset:read', nullable: true }),
    upload: t.field({
      type: UploadType,
      policy: 'dataset:write',
      nullable: true,
      description: 'A new link to upload the bytes. Null once they are uploaded. Read the field again for a fresh link.',
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
      description: 'The objects, oldest first.',
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
