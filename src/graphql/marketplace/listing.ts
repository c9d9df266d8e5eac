import { type MarketListing, marketListings } from '../../database/queries/marketplace.ts';
import { builder } from '../core/builder.ts';
import type { Context } from '../core/context.ts';
import { MoneyType } from '../core/money.ts';

const read = { policy: 'marketplace:read', nullable: true } as const;

/** The published listings by id, in the order of the ids; null for any other (SPEC T4, S2). */
export async function listingsOf({ work }: Pick<Context, 'work'>, ids: readonly string[]): Promise<(MarketListing | null)[]> {
  const byId = new Map((await marketListings(work.query, ids)).map(listing => [listing.id, listing]));
  return ids.map(id => byId.get(id) ?? null);
}

/** A listing as the marketplace shows it. It reveals only the provider's display name (SPEC M5). */
export const MarketplaceListing = builder.node(builder.objectRef<MarketListing>('MarketplaceListing'), {
  description: 'A published listing of a provider that currently sells.',
  tenantOf: 'crossing',
  id: { resolve: ({ id }) => id, policy: 'marketplace:read' },
  loadManyWithoutCache: (ids: string[], context) => listingsOf(context, ids),
  fields: t => ({
    title: t.exposeString('title', read),
    summary: t.exposeString('summary', read),
    tags: t.field({ type: ['String'], ...read, resolve: ({ tags }) => [...tags] }),
    price: t.field({
      type: MoneyType,
      ...read,
      description: 'The price of one retrieval.',
      resolve: ({ price, currency }) => ({ amount: price, currency }),
    }),
    provider: t.exposeString('provider', { ...read, description: 'The display name of the provider.' }),
    publishedAt: t.expose('publishedAt', { type: 'DateTime', ...read }),
    own: t.exposeBoolean('own', { ...read, description: 'Whether your own tenant offers it. It cannot acquire its own listings.' }),
    entitled: t.exposeBoolean('entitled', {
      policy: 'entitlement:read',
      nullable: true,
      description: 'Whether your tenant holds an open entitlement to it.',
    }),
  }),
});
