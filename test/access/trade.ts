import { uuidv7 as uuid } from 'uuidv7';
import { fixtures, type Tenant, type TestDatabase } from '../support/database.ts';
import { marketFixtures } from '../support/market.ts';

/** A provider that is always active: listings that tenants are entitled to, and a free one. */
export type Provider = {
  readonly id: string;
  readonly listing: { readonly id: string };
  readonly offered: { readonly id: string };
  readonly object: { readonly id: string };
};

export async function createProvider(database: TestDatabase): Promise<Provider> {
  const [make, market] = [fixtures(database), marketFixtures(database)];
  const tenant = await make.tenant('provider', await make.person('Provider'));
  await market.setSides(tenant, { sells: true });
  const listing = await market.listing(tenant, { price: '2' });
  const object = await market.object(tenant, { id: listing.datasetId });
  return { id: tenant.id, listing, object, offered: await market.listing(tenant) };
}

/**
 * A retrieval of the tenant with a key, and a retrieval of its dataset by another tenant, in the
 * current billing cycle.
 */
export async function createTrade(database: TestDatabase, provider: Provider, tenant: Tenant, dataset: string) {
  const market = marketFixtures(database);
  await market.setSides(tenant, { sells: true, buys: true });
  const { id: entitlement } = await market.entitlement(tenant, provider.listing);
  const [retrieval, earning] = [uuid(), uuid()];
  await database.sql(`
    INSERT INTO usage_record (tenant_id, id, entitlement_id, api_key_id, object_id, object_name, size, at)
      VALUES ('${tenant.id}', '${retrieval}', '${entitlement}', '${uuid()}', '${provider.object.id}', 'data.csv', 8, now());
    INSERT INTO charge (tenant_id, id, amount, currency, title, provider, provider_ref, at)
      VALUES ('${tenant.id}', '${retrieval}', 2, 'EUR', 'A listing', 'Tenant provider', counterparty_ref('${tenant.id}', '${provider.id}'), now());
    INSERT INTO earning (tenant_id, id, dataset_id, amount, currency, title, buyer_ref, at, retrieval_ref)
      VALUES ('${tenant.id}', '${earning}', '${dataset}', 3, 'EUR', 'A listing', sha256('buyer'), now(), sha256('retrieval'))`);
  // A usage record and its charge have the same id.
  return {
    rows: {
      Entitlement: entitlement,
      UsageRecord: retrieval,
      Charge: retrieval,
      Earning: earning,
      EntitledObject: `${entitlement}:${provider.object.id}`,
    },
  };
}
