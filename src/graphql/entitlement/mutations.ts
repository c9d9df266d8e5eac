import { acquireEntitlement } from '../../domain/entitlement/acquire.ts';
import { endEntitlement } from '../../domain/entitlement/end.ts';
import { builder } from '../core/builder.ts';
import { idNamed, rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { Entitlement } from './entitlement.ts';

type Changed = { readonly tenantId: string; readonly entitlementId: string };

const entitlementPayload = (name: string) =>
  builder.objectRef<Changed>(name).implement({
    tenantOf: ({ tenantId }: Changed) => tenantId,
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
  description: 'Acquires the right to retrieve what a listing offers, at its price of today. It costs nothing by itself.',
  input: t => ({ listingId: t.globalID({ required: true, description: 'A `MarketplaceListing`.' }) }),
  payload: entitlementPayload('AcquireEntitlementPayload'),
  run: (command, { listingId }) => acquireEntitlement(command, idNamed('MarketplaceListing', listingId)),
});

mutation('endEntitlement', {
  policy: 'entitlement:end',
  action: 'entitlement.end',
  description: 'Ends an entitlement: nothing is retrieved by it any more, and its records stay.',
  input: t => ({ entitlementId: t.globalID({ required: true }) }),
  payload: entitlementPayload('EndEntitlementPayload'),
  run: (command, { entitlementId }) => endEntitlement(command, rowRef('Entitlement', entitlementId)),
});
