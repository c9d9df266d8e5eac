import { builder } from '../core/builder.ts';
import { countOf } from '../core/columns.ts';
import { rowId, rowOf } from '../core/global-id.ts';

export const Dataset = builder.prismaNode('Dataset', {
  description: 'A named collection of objects (files) that the tenant can offer on the marketplace.',
  tenantOf: (dataset: { tenantId: string }) => dataset.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'dataset:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true },
  fields: t => ({
    name: t.exposeString('name', { policy: 'dataset:read', nullable: true }),
    description: t.exposeString('description', { policy: 'dataset:read', nullable: true }),
    createdAt: t.expose('createdAt', { type: 'DateTime', policy: 'dataset:read', nullable: true }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', policy: 'dataset:read', nullable: true }),
    objectCount: t.int({
      policy: 'dataset:read',
      nullable: true,
      description: 'The number of objects, uploaded or not.',
      ...countOf('objects'),
    }),
  }),
});
