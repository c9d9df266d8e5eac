import { Charge } from '../billing/charge.ts';
import { builder } from '../core/builder.ts';
import { encodeGlobalId, entitledId, rowId, rowOf } from '../core/global-id.ts';
import { Entitlement } from '../entitlement/entitlement.ts';

export const UsageRecord = builder.prismaNode('UsageRecord', {
  description: 'The record of one retrieval.',
  tenantOf: (record: { tenantId: string }) => record.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'usage:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true },
  fields: t => ({
    entitlement: t.relation('entitlement', { type: Entitlement, policy: 'entitlement:read', nullable: true }),
    objectId: t.id({
      policy: 'usage:read',
      nullable: true,
      description: 'The global id of the `EntitledObject`.',
      select: { entitlementId: true, objectId: true },
      resolve: ({ tenantId, entitlementId, objectId: id }) => encodeGlobalId('EntitledObject', entitledId({ tenantId, entitlementId, id })),
    }),
    objectName: t.exposeString('objectName', {
      policy: 'usage:read',
      nullable: true,
      description: 'The name of the object at the time of the retrieval.',
    }),
    size: t.expose('size', { type: 'ByteCount', policy: 'usage:read', nullable: true }),
    at: t.expose('at', { type: 'DateTime', policy: 'usage:read', nullable: true }),
    apiKeyId: t.id({
      policy: 'usage:read',
      nullable: true,
      description: 'The global id of the `ApiKey` that was used. Null: a person retrieved the object.',
      select: { apiKeyId: true },
      resolve: ({ tenantId, apiKeyId: id }) => id && encodeGlobalId('ApiKey', rowId({ tenantId, id })),
    }),
    charge: t.relation('charge', { type: Charge, policy: 'charge:read', nullable: true }),
  }),
});
