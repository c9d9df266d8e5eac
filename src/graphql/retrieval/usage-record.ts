import { Charge } from '../billing/charge.ts';
import { builder } from '../core/builder.ts';
import { encodeGlobalId, rowId, rowOf } from '../core/global-id.ts';
import { Entitlement } from '../entitlement/entitlement.ts';

/** A retrieval, as the buyer keeps it (SPEC M3). */
export const UsageRecord = builder.prismaNode('UsageRecord', {
  description: 'A retrieval: what, when, by which entitlement and with which API key.',
  tenantOf: (record: { tenantId: string }) => record.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'usage:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true },
  fields: t => ({
    entitlement: t.relation('entitlement', { type: Entitlement, policy: 'entitlement:read', nullable: true }),
    objectId: t.exposeID('objectId', { policy: 'usage:read', nullable: true }),
    objectName: t.exposeString('objectName', { policy: 'usage:read', nullable: true, description: 'The name at the time.' }),
    size: t.expose('size', { type: 'ByteCount', policy: 'usage:read', nullable: true }),
    at: t.expose('at', { type: 'DateTime', policy: 'usage:read', nullable: true }),
    apiKeyId: t.id({
      policy: 'usage:read',
      nullable: true,
      description: 'The `ApiKey` that it was retrieved with; null where a person did.',
      select: { apiKeyId: true },
      resolve: ({ tenantId, apiKeyId: id }) => id && encodeGlobalId('ApiKey', rowId({ tenantId, id })),
    }),
    charge: t.relation('charge', { type: Charge, policy: 'charge:read', nullable: true }),
  }),
});
