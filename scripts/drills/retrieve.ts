import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Drill, drill } from './drill.ts';
import { createIssuer, ISSUER } from './tokens.ts';

/**
 * `tsx scripts/drills/retrieve.ts --rounds N`: kills the gateway N times, at random moments, while
 * a buyer retrieves. Requests without an answer are retried with their idempotency key. Checks each
 * time that charges and earnings reconcile and that answered retrievals are kept; in the end, that
 * there is one charge for each key (SPEC M3, P3).
 */

const AT_ONCE = 8;
/** A gateway is killed after at most this many answers, and this many ms after the last one. */
const [MAX_ANSWERS, MAX_MS] = [30, 50];

type Market = { readonly buyer: string; readonly entitlement: string; readonly object: string };

async function found({ sql }: Drill): Promise<Market> {
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
async function retrieve(
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

async function check({ sql, fault }: Drill, answered: ReadonlyMap<string, string>): Promise<void> {
  for (const { retrieval, fault: what } of await sql('SELECT * FROM crossing_billing_faults()')) fault(`retrieval ${retrieval}: ${what}`);
  const kept = new Set((await sql<{ id: string }>('SELECT id FROM charge')).map(({ id }) => id));
  for (const id of answered.values()) if (!kept.has(id)) fault(`retrieval ${id} was answered, and is gone`);
  const [{ counted }] = (await sql<{ counted: number }>('SELECT coalesce(sum(used), 0)::int AS counted FROM retrieval_count')) as [
    { counted: number },
  ];
  if (counted !== kept.size) fault(`${kept.size} charges, and ${counted} are counted`);
}

await drill('retrieve', async world => {
  const { rounds, child, runtimeUrl } = world;
  const { keys, tokenOf } = await createIssuer();
  const [market, token] = [await found(world), await tokenOf('buyer')];
  const env = { DRILL_DATABASE_URL: runtimeUrl, DRILL_KEYS: JSON.stringify(keys) };
  const answered = new Map<string, string>();
  const open: string[] = [];
  for (let kills = 0; kills <= rounds; kills += 1) {
    const gateway = await child<string>('./transfer-child.ts', env);
    const [before, isLast] = [answered.size, kills === rounds];
    let over = false;
    const ask = async (key: string) => {
      const id = await retrieve(gateway.first, token, market, key);
      if (!id) open.push(key);
      else if ((answered.get(key) ?? id) !== id) world.fault(`key ${key} did ${answered.get(key)}, and then ${id}`);
      else answered.set(key, id);
    };
    const again = open.splice(0);
    await Promise.all(again.map(ask));
    if (!isLast) {
      const loops = Array.from({ length: AT_ONCE }, async () => {
        while (!over) await ask(randomUUID());
      });
      const enough = before + again.length + 1 + Math.random() * MAX_ANSWERS;
      while (answered.size < enough) await sleep(1);
      await sleep(Math.random() * MAX_MS);
      await gateway.kill();
      over = true;
      await Promise.all(loops);
    } else await gateway.kill();
    await check(world, answered);
  }
  const [{ charges }] = (await world.sql<{ charges: number }>('SELECT count(*)::int AS charges FROM charge')) as [{ charges: number }];
  if (open.length) world.fault(`${open.length} keys were never answered`);
  if (charges !== answered.size) world.fault(`${answered.size} keys, and ${charges} charges`);
  process.stderr.write(`${answered.size} keys, ${charges} charges\n`);
  return rounds;
});
