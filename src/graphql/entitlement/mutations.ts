import { acquireEntitlement } from '../../domain/entitlement/acquire.ts';
import { endEntitlement } from '../../domain/entitlement/end.ts';
import { builder } from '../core/builder.ts';
import { idOfType, rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { Entitlement } from './entitlement.ts';

type ChangedEntitlement = { readonly tenantId: string; readonly entitlementId: string };

const entitlementPayload = (name: string) =>
  builder.objectRef<ChangedEntitlement>(name).implement({
    tenantOf: ({ tenantId }: ChangedEntitlement) => tenantId,
    fields: t => ({
      entitlement: t.prismaField({
        type: Entitlement,
        policy: 'entitlement:read',
        nullable: true,
        resolve: (query, { tenantId, entitlementId: id }, _args, { work }) =>
          work.db.entitlement.findUnique({ ...query, where: { tenantId_id: { tenantId, id } } }),
      }),
    }),
  });

mutation('acquireEntitlement', {
  policy: 'entitlement:acquire',
  action: 'entitlement.acquire',
  description: "Acquires the right to retrieve the objects of a listing's dataset at today's price. Only retrievals cost money.",
  input: t => ({ listingId: t.globalID({ required: true, description: 'The global id of a `MarketplaceListing`.' }) }),
  payload: entitlementPayload('AcquireEntitlementPayload'),
  run: (command, { listingId }) => acquireEntitlement(command, idOfType('MarketplaceListing', listingId)),
});

mutation('endEntitlement', {
  policy: 'entitlement:end',
  action: 'entitlement.end',
  description: 'Ends an entitlement. Nothing can be retrieved with it any more; its usage records and charges remain.',
  input: t => ({ entitlementId: t.globalID({ required: true, description: 'The global id of an `Entitlement`.' }) }),
  payload: entitlementPayload('EndEntitlementPayload'),
  run: (command, { entitlementId }) => endEntitlement(command, rowRef('Entitlement', entitlementId)),
});
