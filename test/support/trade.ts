import { randomUUID } from 'node:crypto';
import type { PlanCode } from '../../src/access/vocabulary.ts';
import { type ListingRow, marketFixtures } from './market.ts';
import { type MemberActor, type TenantActors, type TenantWithMembers, useTenantActors } from './tenant-actors.ts';

/** A tenant that sells a listed dataset with objects. */
export type Provider = TenantWithMembers & {
  readonly listing: { readonly id: string; readonly datasetId: string };
  /** Its global id on the marketplace. */
  readonly listingId: string;
  readonly objects: readonly { readonly id: string; readonly sha256: Buffer }[];
};

/** A buyer with an entitlement to a provider's listing. */
export type Deal = {
  readonly provider: Provider;
  readonly buyer: TenantWithMembers;
  readonly entitlementId: string;
  readonly objectId: string;
};

/** The global id of a listing on the marketplace. */
export const listingName = (id: string): string => Buffer.from(`MarketplaceListing:${id}`).toString('base64url');

/** The row id inside a global id. */
export const rowIn = (globalId: string): string => Buffer.from(globalId, 'base64url').toString().split(':').at(-1)!;

/** The global id of an object of an entitlement. */
export const entitledObject = ({ entitlementId, objectId }: Pick<Deal, 'entitlementId' | 'objectId'>): string => {
  const [, ...row] = Buffer.from(entitlementId, 'base64url').toString().split(':');
  return Buffer.from(['EntitledObject', ...row, objectId].join(':')).toString('base64url');
};

/** A gateway for a test file, and what buyers and sellers do there; see {@link useResource}. */
export const useTrade = (options: { poolSize?: number } = {}): Trade => tradeOf(useTenantActors(options));

export type Trade = ReturnType<typeof tradeOf>;

export function tradeOf(fixtures: TenantActors) {
  const { database, must, run } = fixtures;
  const market = marketFixtures(database);

  async function provider(row: ListingRow = {}, { files = 1, plan = 'PROFESSIONAL' as PlanCode } = {}): Promise<Provider> {
    const home = await fixtures.home(plan);
    await market.setSides(home.tenant, { sells: true });
    return stock(home, row, files);
  }

  /** Lists a dataset with `files` objects. */
  async function stock(home: TenantWithMembers, row: ListingRow = {}, files = 1): Promise<Provider> {
    const listing = await market.listing(home.tenant, row);
    const objects = [];
    for (let n = 1; n <= files; n += 1) {
      const file = { name: `data-${n}.csv`, content: `n\n${n}\n` };
      objects.push(await market.object(home.tenant, { id: listing.datasetId }, file));
    }
    return { ...home, listing, listingId: listingName(listing.id), objects };
  }

  async function buyer(plan: PlanCode = 'PROFESSIONAL'): Promise<TenantWithMembers> {
    const home = await fixtures.home(plan);
    await market.setSides(home.tenant, { buys: true });
    return home;
  }

  const acquire = async (who: MemberActor, { listingId }: Pick<Provider, 'listingId'>): Promise<string> =>
    (await must(who, 'acquireEntitlement', { listingId })).entitlement.id;

  async function deal(row: ListingRow = {}, plan: PlanCode = 'PROFESSIONAL'): Promise<Deal> {
    const [of, by] = [await provider(row), await buyer(plan)];
    return { provider: of, buyer: by, entitlementId: await acquire(by.owner, of), objectId: of.objects[0]!.id };
  }

  return {
    ...{ ...fixtures, fixtures, market, provider, stock, buyer, acquire, deal },

    /** Changes a provider's listing as a superuser, bound for the trigger that indexes it. */
    relist: ({ tenant, listing }: Pick<Provider, 'tenant' | 'listing'>, columns: string) =>
      database.sql(
        `WITH bound AS (SELECT set_config('app.tenant_id', $1::text, true)) UPDATE listing SET ${columns} FROM bound WHERE tenant_id = $1::uuid AND id = $2`,
        [tenant.id, listing.id],
      ),

    /** Retrieves an object, with a new idempotency key unless one is given. */
    retrieve: (
      who: MemberActor,
      { entitlementId, objectId }: Pick<Deal, 'entitlementId' | 'objectId'>,
      idempotencyKey: string = randomUUID(),
    ) => run(who, 'retrieveObject', { entitlementId, objectId: entitledObject({ entitlementId, objectId }), idempotencyKey }),

    /** Reads fields of the caller's tenant. */
    read: async (who: MemberActor, selection: string) => {
      const { data, errors } = await fixtures.gateway.ask(`{ tenant { ${selection} } }`, { token: who.token, tenant: who.tenant });
      if (errors.length) throw new Error(JSON.stringify(errors));
      return data.tenant;
    },

    /** The number of billing rows of all tenants, and the faults in them. */
    books: async () => {
      const [rows] = await database.sql<{ usage: number; charges: number; earnings: number; counted: number }>(
        `SELECT (SELECT count(*)::int FROM usage_record) AS usage, (SELECT count(*)::int FROM charge) AS charges,
           (SELECT count(*)::int FROM earning) AS earnings, (SELECT coalesce(sum(used), 0)::int FROM retrieval_count) AS counted`,
      );
      const faults = await database.sql<{ retrieval: string; fault: string }>('SELECT * FROM crossing_billing_faults()');
      return { ...rows!, faults };
    },
  };
}
