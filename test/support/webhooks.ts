import { randomBytes } from 'node:crypto';
import { uuidv7 as uuid } from 'uuidv7';
import { SecretKeys } from '../../src/domain/webhook/secret-keys.ts';
import type { TestDatabase } from './database.ts';

/** The key of webhook secrets in tests. */
export const WEBHOOK_KEYS = new SecretKeys([randomBytes(32)]);

/** The input of a webhook. */
export const WEBHOOK = { name: 'First', url: 'https://hooks.example/first', types: ['TENANT_RENAMED'] };

/** Inserts a webhook whose secret was rotated, and a delivery that ended. */
export async function insertWebhook(
  { sql }: Pick<TestDatabase, 'sql'>,
  {
    tenantId,
    membershipId,
    id = uuid(),
    deliveryId = uuid(),
    name = 'First',
  }: Record<'tenantId' | 'membershipId', string> & Partial<Record<'id' | 'deliveryId' | 'name', string>>,
): Promise<{ id: string; deliveryId: string }> {
  await sql(
    `INSERT INTO webhook (tenant_id, id, name, url, types, membership_id, secret, earlier_secret, earlier_until, rotated_at)
     VALUES ($1, $2, $3, $4, '{tenant.renamed}', $5, '\\x00', '\\x00', now() + interval '1 day', now())`,
    [tenantId, id, name, `https://hooks.example/${id}`, membershipId],
  );
  await sql(
    `INSERT INTO webhook_delivery (tenant_id, id, webhook_id, kind, event_id, number, type, subject_type, subject_id, status, tries, status_code, failure, duration_ms, last_try_at, ended_at)
     VALUES ($1, $2, $3, 'event', $4, 1, 'tenant.renamed', 'Tenant', 'target', 'delivered', 1, 204, 'STATUS', 7, now(), now())`,
    [tenantId, deliveryId, id, uuid()],
  );
  return { id, deliveryId };
}
