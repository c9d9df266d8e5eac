import type pg from 'pg';
import { uuidv7 as uuid, V7Generator } from 'uuidv7';
import type { Query } from '../database/index.ts';
import { offerOf } from '../database/queries/entitlement.ts';
import { takeRetrieval, writeRetrieval } from '../database/queries/retrieval.ts';
import { newSecret } from '../domain/api-key/secret.ts';
import { cycleStart } from '../domain/plan/cycle.ts';
import { DAYS_OPEN, DEMO_KEYS, type DemoKey, PURCHASES, type Purchase } from './purchases.ts';

/** The seed's transaction, the ids of tenants by slug, and the date they were created. */
export type SeedContext = { readonly client: pg.Client; readonly tenants: ReadonlyMap<string, string>; readonly since: Date };

const DAY = 24 * 60 * 60_000;

/** The id of a row that was written at a time. */
const idAt = (time: Date): string => new V7Generator().generateOrResetWithTs(time.getTime()).toString();

/**
 * Writes the purchases of the demo's tenants through the same crossings as requests, so that
 * charges and earnings agree (SPEC M3).
 */
export async function seedTrade(seedContext: SeedContext): Promise<void> {
  const keys = new Map<string, string>();
  for (const key of DEMO_KEYS) keys.set(key.name, await insertKey(seedContext, key));
  for (const purchase of PURCHASES) await buy(seedContext, purchase, purchase.key && keys.get(purchase.key)!);
}

const bind = (client: pg.Client, tenantId: string) => client.query("SELECT set_config('app.tenant_id', $1, true)", [tenantId]);

const queryOn =
  (client: pg.Client): Query =>
  async <Row>(text: string, values: readonly unknown[]) =>
    (await client.query(text, [...values])).rows as Row[];

async function insertKey({ client, tenants, since }: SeedContext, { tenant, name, scopes, holder }: DemoKey): Promise<string> {
  const named = { id: uuid(), tenantId: tenants.get(tenant)! };
  await client.query(
    `INSERT INTO api_key (tenant_id, id, name, scopes, secret_hash, holder_id, holder_name, created_at, last_used_at)
     SELECT $1, $2, $3, $4, $5, m.id, p.name, $7, now() FROM person p JOIN membership m ON m.person_id = p.id AND m.tenant_id = $1 WHERE p.email = $6`,
    [named.tenantId, named.id, name, scopes, newSecret(named).hash, holder, since],
  );
  return named.id;
}

async function buy({ client, tenants, since }: SeedContext, { buyer, seller, dataset, everyDays }: Purchase, apiKeyId: string | null) {
  const [query, tenantId] = [queryOn(client), tenants.get(buyer)!];
  await bind(client, tenantId);
  const files = await query<{ id: string; listing: string; allowed: number | null }>(
    `SELECT o.id, l.id AS listing, p.monthly_retrievals AS allowed FROM tenant t JOIN plan p ON p.code = t.plan_code, dataset d JOIN listing l ON l.tenant_id = d.tenant_id AND l.dataset_id = d.id
       JOIN data_object o ON o.tenant_id = d.tenant_id AND o.dataset_id = d.id
     WHERE t.tenant_id = $1 AND d.tenant_id = $2 AND d.name = $3 ORDER BY o.name`,
    [tenantId, tenants.get(seller), dataset],
  );
  const [entitlementId, { listing, allowed }] = [idAt(since), files[0]!];
  const { title, provider, price, currency } = (await offerOf(query, listing))!;
  await client.query(
    'INSERT INTO entitlement (tenant_id, id, listing_id, title, provider, price, currency, acquired_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)',
    [tenantId, entitlementId, listing, title, provider, price, currency, since],
  );
  for (let day = 1; day < DAYS_OPEN; day += everyDays) {
    const at = new Date(since.getTime() + day * DAY);
    const file = files[day % files.length]!;
    await writeRetrieval(query, { retrievalId: idAt(at), entitlementId, objectId: file.id, apiKeyId, at });
    await takeRetrieval(query, cycleStart(since, at), allowed);
  }
}
