import { AVAILABILITIES } from '../../database/queries/entitlement.ts';
import { builder } from '../core/builder.ts';
import { enumValues } from '../core/enum-values.ts';
import { encodeGlobalId, rowId, rowOf } from '../core/global-id.ts';
import { MoneyType } from '../core/money.ts';
import { availability } from './availability.ts';

const AvailabilityName = builder.enumType('Availability', {
  description: 'Whether the objects of an entitlement can be retrieved.',
  values: enumValues(AVAILABILITIES, {
    available: 'They can be retrieved.',
    provider_unavailable: 'The provider does not sell at the moment. The entitlement stays valid and works again once the provider sells.',
    provider_gone: 'The provider or the dataset was deleted. Your own records remain.',
  }),
});

export const Entitlement = builder.prismaNode('Entitlement', {
  description: 'The right to retrieve the objects of a dataset, at the price on the day of its acquisition.',
  tenantOf: (entitlement: { tenantId: string }) => entitlement.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'entitlement:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true, endedAt: true },
  fields: t => ({
    listingId: t.id({
      policy: 'entitlement:read',
      nullable: true,
      description: 'The global id of the `MarketplaceListing`. `Query.node` returns null for it once it is no longer on the marketplace.',
      select: { listingId: true },
      resolve: ({ listingId }) => encodeGlobalId('MarketplaceListing', listingId),
    }),
    title: t.exposeString('title', {
      policy: 'entitlement:read',
      nullable: true,
      description: 'The title of the listing on the day of the acquisition.',
    }),
    provider: t.exposeString('provider', {
      policy: 'entitlement:read',
      nullable: true,
      description: 'The name of the provider on the day of the acquisition.',
    }),
    price: t.field({
      type: MoneyType,
      policy: 'entitlement:read',
      nullable: true,
      description: 'The price of one retrieval.',
      select: { price: true, currency: true },
      resolve: ({ price: amount, currency }) => ({ amount, currency }),
    }),
    acquiredAt: t.expose('acquiredAt', { type: 'DateTime', policy: 'entitlement:read', nullable: true }),
    endedAt: t.expose('endedAt', {
      type: 'DateTime',
      policy: 'entitlement:read',
      nullable: true,
      description: 'When the entitlement ended. Null: it is open.',
    }),
    availability: t.field({
      type: AvailabilityName,
      policy: 'entitlement:read',
      nullable: true,
      description: 'Whether the objects can be retrieved now.',
      resolve: ({ id }, _args, { work }) => availability(work, id),
    }),
  }),
});
