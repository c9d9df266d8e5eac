import { builder } from '../core/builder.ts';
import { countOf } from '../core/columns.ts';
import { rowId, rowOf } from '../core/global-id.ts';

/** A dataset of the tenant context. */
export const Dataset = builder.prismaNode('Dataset', {
  description: 'What the tenant sells, or may sell: objects under one name.',
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
      description: 'Objects, stored or not.',
      ...countOf('objects'),
    }),
  }),
});
