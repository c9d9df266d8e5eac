import pg from 'pg';
import { uuidv7 as uuid } from 'uuidv7';
import type { Files } from '../store/files.ts';
import { DEMO_ISSUER } from './issuer.ts';
import { DEMO_TENANTS, type DemoTenant, PERSONAS } from './personas.ts';
import { DAYS_OPEN } from './purchases.ts';
import { seedDatasets } from './seed-datasets.ts';
import { seedTrade } from './seed-trade.ts';

/**
 * Fills a database without tenants with the demo's tenants, people, datasets and purchases, and
 * writes the objects' bytes to a folder.
 *
 * @param url a superuser's connection, because it writes many tenants in one transaction.
 * @returns whether the database was empty.
 */
export async function seed(url: string, files: Files): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, application_name: 'ipto-seed' });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('LOCK TABLE slug_claim IN EXCLUSIVE MODE');
    const { rowCount } = await client.query('SELECT FROM slug_claim LIMIT 1');
    if (!rowCount) await fill(client, files);
    await client.query('COMMIT');
    return !rowCount;
  } finally {
    await client.end();
  }
}

async function fill(client: pg.Client, files: Files) {
  const tenants = new Map<string, string>();
  const since = new Date(Date.now() - DAYS_OPEN * 24 * 60 * 60_000);
  for (const tenant of DEMO_TENANTS) tenants.set(tenant.slug, await insertTenant(client, tenant, since));
  for (const { email, name, memberships } of PERSONAS) {
    const person = uuid();
    await client.query('INSERT INTO person (id, issuer, subject, name, email, email_verified) VALUES ($1, $2, $3, $4, $3, true)', [
      person,
      DEMO_ISSUER,
      email,
      name,
    ]);
    for (const { tenant, roles } of memberships)
      await client.query('INSERT INTO membership (tenant_id, id, person_id, roles, created_at) VALUES ($1, $2, $3, $4, $5)', [
        tenants.get(tenant),
        uuid(),
        person,
        roles,
        since,
      ]);
  }
  const seedContext = { client, tenants, since };
  await seedDatasets(seedContext, files);
  await seedTrade(seedContext);
}

async function insertTenant(
  client: pg.Client,
  { slug, name, status, statusReason, plan, sells, buys, billingEmail }: DemoTenant,
  since: Date,
): Promise<string> {
  const id = uuid();
  await client.query(
    `INSERT INTO tenant (tenant_id, slug, name, status, status_reason, plan_code, sells, buys, billing_email, created_at, plan_since)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`,
    [id, slug, name, status, statusReason, plan, sells, buys, billingEmail, since],
  );
  await client.query("SELECT set_config('app.tenant_id', $1, true)", [id]);
  await client.query(
    `INSERT INTO audit_event (id, at, actor_kind, actor_id, actor_name, action, outcome, rule, target_type, target_id, state_after, request_id)
     VALUES ($1, $2, 'system', 'demo', 'Demo', 'tenant.create', 'done', 'R2', 'Tenant', $3, $4, 'demo')`,
    [uuid(), since, id, { name, slug, plan }],
  );
  return id;
}
