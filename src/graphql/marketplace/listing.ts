import { type MarketListing, marketListings } from '../../database/queries/marketplace.ts';
import { builder } from '../core/builder.ts';
import type { Context } from '../core/context.ts';
import { MoneyType } from '../core/money.ts';

const read = { policy: 'marketplace:read', nullable: true } as const;

/**
 * The listings of these ids in their order; null for one that isn't there, or isn't to be known:
 * the same (SPEC T4, S2).
 */
export async function listingsOf({ work }: Pick<Context, 'work'>, ids: readonly string[]): Promise<(MarketListing | null)[]> {
  const found = new Map((await marketListings(work.query, ids)).map(listing => [listing.id, listing]));
  return ids.map(id => found.get(id) ?? null);
}

/**
 * A listing as anybody on the marketplace sees it: whose it is stays unknown, but for the display
 * name (SPEC M5).
 */
export const MarketplaceListing = builder.node(builder.objectRef<MarketListing>('MarketplaceListing'), {
  description: 'A published listing of a provider that sells just now.',
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
      description: 'What one retrieval costs.',
      resolve: ({ price, currency }) => ({ amount: price, currency }),
    }),
    provider: t.exposeString('provider', { ...read, description: "The provider's display name." }),
    publishedAt: t.expose('publishedAt', { type: 'DateTime', ...read }),
    own: t.exposeBoolean('own', { ...read, description: "Whether it is your own tenant's, which can't buy it." }),
    entitled: t.exposeBoolean('entitled', {
      policy: 'entitlement:read',
      nullable: true,
      description: 'Whether your tenant holds an entitlement to it that has not ended.',
    }),
  }),
});
