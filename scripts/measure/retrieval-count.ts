import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { migrate } from '../../src/database/admin/migrate.ts';

/**
 * `DATABASE_URL=<a superuser's> tsx scripts/measure/retrieval-count.ts`: measures retrievals a
 * second of one tenant over 20 connections in plain SQL, with the counter in shards and in one row,
 * with a shared and an exclusive tenant lock (docs/decisions/0013-retrievals.md), and with the
 * event that subscribers get (0057). Also measures how long an exclusive lock waits meanwhile.
 */

const [CONNECTIONS, ROUNDS, MS] = [20, 5, 2_000];

const url = process.env.DATABASE_URL!;
const name = `ipto_measure_${randomUUID().slice(0, 8)}`;
const runtime = { name, password: randomUUID() };
const admin = new pg.Client({ connectionString: url });
await admin.connect();
await admin.query(`CREATE DATABASE ${name}`);
const adminUrl = Object.assign(new URL(url), { pathname: `/${name}` }).href;
await migrate({ url: adminUrl, runtime });
const owner = new pg.Client({ connectionString: adminUrl });
await owner.connect();

const [buyer, seller, dataset, listing, object, entitlement] = Array.from({ length: 6 }, () => randomUUID());
await owner.query(`
  BEGIN;
  INSERT INTO person (id, issuer, subject, name) VALUES ('${buyer}', 'i', 's', 'P');
  INSERT INTO tenant (tenant_id, slug, name, plan_code, sells, buys) VALUES ('${buyer}', 'buyer', 'Buyer', 'PROFESSIONAL', false, true), ('${seller}', 'seller', 'Seller', 'PROFESSIONAL', true, false);
  INSERT INTO membership (tenant_id, id, person_id, roles) SELECT t, t, '${buyer}', '{owner}' FROM unnest(ARRAY['${buyer}', '${seller}']::uuid[]) t;
  SET LOCAL app.tenant_id = '${seller}';
  INSERT INTO dataset (tenant_id, id, name) VALUES ('${seller}', '${dataset}', 'D');
  INSERT INTO data_object (tenant_id, id, dataset_id, name, size, media_type, sha256, stored_at) VALUES ('${seller}', '${object}', '${dataset}', 'o', 1, 'text/csv', sha256('x'), now());
  INSERT INTO listing (tenant_id, id, dataset_id, status, title, tags, price, currency, published_at) VALUES ('${seller}', '${listing}', '${dataset}', 'published', 'L', '{}', 1, 'EUR', now());
  INSERT INTO entitlement (tenant_id, id, listing_id, title, provider, price, currency) VALUES ('${buyer}', '${entitlement}', '${listing}', 'L', 'Seller', 1, 'EUR');
  INSERT INTO retrieval_count (tenant_id, since, shard, cap) VALUES ('${buyer}', '2001-01-01Z', 0, NULL);
  COMMIT`);

const gate = (how: string) =>
  `WITH gate AS MATERIALIZED (SELECT pg_advisory_xact_lock${how}(tenant_gate(app_tenant()))) SELECT status FROM gate, tenant WHERE tenant_id = app_tenant()`;
const SHARED = `${gate('_shared')} FOR SHARE OF tenant`;
const EXCLUSIVE = `${gate('')} FOR NO KEY UPDATE OF tenant`;
const SHARDS = "SELECT take_retrieval('2000-01-01Z', NULL)";
const ONE_ROW = "UPDATE retrieval_count SET used = used + 1 WHERE tenant_id = app_tenant() AND since = '2001-01-01Z' AND shard = 0";

const EVENT = `INSERT INTO event_outbox (id, type, subject_type, subject_id, at, payload, usage_record_id)
  VALUES (gen_random_uuid(), 'usage.recorded', 'UsageRecord', gen_random_uuid()::text, now(), repeat('x', 400), gen_random_uuid())`;

const VARIANTS = {
  'shared, shards': [SHARED, SHARDS],
  'shared, shards, event': [SHARED, `${EVENT}; ${SHARDS}`],
  'shared, one row': [SHARED, ONE_ROW],
  'exclusive, shards': [EXCLUSIVE, SHARDS],
} as const;

const connect = async (): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: Object.assign(new URL(adminUrl), { username: name, password: runtime.password }).href });
  await client.connect();
  await client.query(`SET app.tenant_id = '${buyer}'`);
  return client;
};
const clients = await Promise.all(Array.from({ length: CONNECTIONS }, connect));
const other = await connect();

async function retrieve(client: pg.Client, [lock, count]: readonly [string, string]): Promise<void> {
  await client.query('BEGIN');
  await client.query(lock);
  await client.query('SELECT refused FROM crossing_retrieve($1, $2, $3, NULL, now())', [randomUUID(), entitlement, object]);
  await client.query(count);
  await client.query('INSERT INTO idempotency_key (key_hash, fingerprint, answer, expires_at) VALUES (sha256($1), $1, $1, now())', [
    Buffer.from(randomUUID()),
  ]);
  await client.query('COMMIT');
}

/** Measures retrievals a second, and how long an exclusive lock waits, ms. */
async function round(statements: readonly [string, string]): Promise<{ rate: number; waited: number }> {
  let [stop, made] = [false, 0];
  const loops = clients.map(async client => {
    while (!stop) {
      await retrieve(client, statements);
      made += 1;
    }
  });
  const began = performance.now();
  await sleep(MS);
  const rate = (made / (performance.now() - began)) * 1_000;
  const asked = performance.now();
  await other.query('BEGIN');
  await other.query(EXCLUSIVE);
  const waited = performance.now() - asked;
  await other.query('ROLLBACK');
  stop = true;
  await Promise.all(loops);
  return { rate, waited };
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
const rounds = Object.fromEntries(Object.keys(VARIANTS).map(variant => [variant, [] as { rate: number; waited: number }[]]));
for (let n = 0; n < ROUNDS; n += 1)
  for (const [variant, statements] of Object.entries(VARIANTS)) rounds[variant]!.push(await round(statements));
for (const [variant, measured] of Object.entries(rounds))
  process.stdout.write(
    `${variant}: ${median(measured.map(({ rate }) => rate)).toFixed(0)} a second (${measured.map(({ rate }) => rate.toFixed(0)).join(' ')}), an exclusive lock waits ${median(measured.map(({ waited }) => waited)).toFixed(0)} ms\n`,
  );
for (const client of [...clients, other, owner]) await client.end();
await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
await admin.query(`DROP ROLE ${name}`);
await admin.end();
