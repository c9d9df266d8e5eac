import { AVAILABILITIES } from '../../database/queries/entitlement.ts';
import { builder } from '../core/builder.ts';
import { upper } from '../core/enums.ts';
import { encodeGlobalId, rowId, rowOf } from '../core/global-id.ts';
import { MoneyType } from '../core/money.ts';
import { availability } from './availability.ts';

export const AvailabilityName = builder.enumType('Availability', {
  description: 'Whether what an entitlement leads to can be had.',
  values: upper(AVAILABILITIES, {
    available: 'It can be retrieved.',
    provider_unavailable: 'The provider is not selling just now. The entitlement stays, and works again when the provider is back.',
    provider_gone: 'The provider, or the dataset, was deleted. Your own records of it stay.',
  }),
});

/** A buyer's right to retrieve what a listing offers, on the terms of the day (SPEC M2). */
export const Entitlement = builder.prismaNode('Entitlement', {
  description: 'The right to retrieve the objects of a dataset, at the price of the day that it was acquired.',
  tenantOf: (entitlement: { tenantId: string }) => entitlement.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'entitlement:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true, endedAt: true },
  fields: t => ({
    listingId: t.id({
      policy: 'entitlement:read',
      nullable: true,
      description: 'The listing on the marketplace, through `node`: null there once it is listed no more.',
      select: { listingId: true },
      resolve: ({ listingId }) => encodeGlobalId('MarketplaceListing', listingId),
    }),
    title: t.exposeString('title', { policy: 'entitlement:read', nullable: true, description: "The listing's title on that day." }),
    provider: t.exposeString('provider', { policy: 'entitlement:read', nullable: true, description: "The provider's name on that day." }),
    price: t.field({
      type: MoneyType,
      policy: 'entitlement:read',
      nullable: true,
      description: 'What a retrieval costs.',
      select: { price: true, currency: true },
      resolve: ({ price: amount, currency }) => ({ amount, currency }),
    }),
    acquiredAt: t.expose('acquiredAt', { type: 'DateTime', policy: 'entitlement:read', nullable: true }),
    endedAt: t.expose('endedAt', { type: 'DateTime', policy: 'entitlement:read', nullable: true, description: 'Null while it is open.' }),
    availability: t.field({
      type: AvailabilityName,
      policy: 'entitlement:read',
      nullable: true,
      resolve: ({ id }, _args, { work }) => availability(work, id),
    }),
  }),
});
