import { randomUUID } from 'node:crypto';
import type { Drill } from './drill.ts';
import { ISSUER } from './tokens.ts';

/** The ids of a buyer, its entitlement and an object of it; the last two are global. */
export type Market = { readonly buyer: string; readonly entitlement: string; readonly object: string };

/** Inserts a buyer that is entitled to an object of a seller's. The buyer's owner is `buyer`. */
export async function foundMarket({ sql }: Pick<Drill, 'sql'>): Promise<Market> {
  const [buyer, seller, dataset, listing, object, entitlement] = Array.from({ length: 6 }, () => randomUUID()) as [string, ...string[]];
  await sql(`
    BEGIN;
    INSERT INTO person (id, issuer, subject, name, email, email_verified) VALUES ('${buyer}', '${ISSUER}', 'buyer', 'Buyer', 'buyer@people.example', true);
    INSERT INTO tenant (tenant_id, slug, name, plan_code, sells, buys) VALUES
      ('${buyer}', 'buyer', 'Buyer', 'PROFESSIONAL', false, true), ('${seller}', 'seller', 'Seller', 'FREE', true, false);
    INSERT INTO membership (tenant_id, id, person_id, roles) SELECT t, t, '${buyer}', '{owner}' FROM unnest(ARRAY['${buyer}', '${seller}']::uuid[]) t;
    SET LOCAL app.tenant_id = '${seller}';
    INSERT INTO dataset (tenant_id, id, name) VALUES ('${seller}', '${dataset}', 'Drill');
    INSERT INTO data_object (tenant_id, id, dataset_id, name, size, media_type, sha256, stored_at)
      VALUES ('${seller}', '${object}', '${dataset}', 'drill.csv', 1, 'text/csv', sha256('x'), now());
    INSERT INTO listing (tenant_id, id, dataset_id, status, title, tags, price, currency, published_at)
      VALUES ('${seller}', '${listing}', '${dataset}', 'published', 'Drill', '{}', 0.1, 'EUR', now());
    INSERT INTO entitlement (tenant_id, id, listing_id, title, provider, price, currency)
      VALUES ('${buyer}', '${entitlement}', '${listing}', 'Drill', 'Seller', 0.1, 'EUR');
    COMMIT`);
  const globalId = (...parts: readonly string[]) => Buffer.from(parts.join(':')).toString('base64url');
  return {
    buyer,
    entitlement: globalId('Entitlement', buyer, entitlement!),
    object: globalId('EntitledObject', buyer, entitlement!, object!),
  };
}

const QUERY = 'mutation ($input: RetrieveObjectInput!) { retrieveObject(input: $input) { retrieval { usageRecordId } } }';

type Answered = { data?: { retrieveObject: { retrieval: { usageRecordId: string } } | null } };

/** Returns the id of the usage record, or null when the gateway is gone. */
export async function retrieve(
  url: string,
  token: string,
  { buyer, entitlement, object }: Market,
  idempotencyKey: string,
): Promise<string | null> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-tenant-id': buyer };
  const input = { entitlementId: entitlement, objectId: object, idempotencyKey };
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: QUERY, variables: { input } }),
    });
    const { data } = (await response.json()) as Answered;
    const name = data?.retrieveObject?.retrieval.usageRecordId;
    return name ? Buffer.from(name, 'base64url').toString().split(':').at(-1)! : null;
  } catch {
    return null; // the gateway was killed
  }
}
