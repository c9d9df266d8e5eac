import type { Query } from '../driver/query.ts';

/** A webhook by its tenant and its id. */
export type WebhookName = { readonly tenantId: string; readonly webhookId: string };

/**
 * Queues the job that sends what is due to a webhook; it starts after this transaction commits, or
 * at `at`. A later moment doesn't replace an earlier one. Due dates are in our tables, so a lost
 * job only delays them.
 */
export async function wakeWebhook(query: Query, { tenantId, webhookId }: WebhookName, at: Date | null = null): Promise<void> {
  await query(
    `SELECT graphile_worker.add_job('deliver', json_build_object('tenantId', $1::text, 'webhookId', $2::text), job_key := 'webhook ' || $2,
       run_at := $3::timestamptz, job_key_mode := CASE WHEN $3::timestamptz IS NULL THEN 'replace' ELSE 'preserve_run_at' END)::text`,
    [tenantId, webhookId, at?.toISOString() ?? null],
  );
}

/** The webhooks, of all tenants, for which something is to be done at `moment`. */
export const dueWebhooks = (query: Query, moment: Date): Promise<readonly WebhookName[]> =>
  query('SELECT tenant_id AS "tenantId", webhook_id AS "webhookId" FROM crossing_due_webhooks($1::timestamptz)', [moment.toISOString()]);

/** The ids of the tenants that have webhooks. */
export async function webhookTenants(query: Query): Promise<readonly string[]> {
  const rows = await query<{ id: string }>('SELECT id FROM crossing_webhook_tenants() AS id', []);
  return rows.map(({ id }) => id);
}

/** A webhook of the bound tenant, unless the tenant is suspended or deleted (SPEC E4). */
export async function openWebhook(
  query: Query,
  webhookId: string,
): Promise<{ readonly status: string; readonly url: string; readonly pausedUntil: Date | null } | undefined> {
  const [webhook] = await query<{ status: string; url: string; pausedUntil: Date | null }>(
    `SELECT w.status, w.url, w.paused_until AS "pausedUntil" FROM webhook w
     WHERE w.tenant_id = app_tenant() AND w.id = $1::uuid
       AND EXISTS (SELECT FROM tenant WHERE tenant_id = app_tenant() AND status IN ('active', 'pending_deletion'))`,
    [webhookId],
  );
  return webhook;
}

/** A webhook as it is when something is sent, with its member's roles; null without the member. */
export type SendingWebhook = {
  readonly status: string;
  readonly url: string;
  readonly types: readonly string[];
  readonly secret: Buffer;
  readonly earlierSecret: Buffer | null;
  readonly earlierUntil: Date | null;
  readonly roles: readonly string[] | null;
};

/** A webhook of the bound tenant, to send something to it. */
export async function sendingWebhook(query: Query, webhookId: string): Promise<SendingWebhook | undefined> {
  const [webhook] = await query<SendingWebhook>(
    `SELECT w.status, w.url, w.types, w.secret, w.earlier_secret AS "earlierSecret", w.earlier_until AS "earlierUntil", m.roles
     FROM webhook w LEFT JOIN membership m ON m.tenant_id = w.tenant_id AND m.id = w.membership_id
     WHERE w.tenant_id = app_tenant() AND w.id = $1::uuid`,
    [webhookId],
  );
  return webhook;
}

/** Stores that a webhook accepted something. */
export async function noteSuccess(query: Query, webhookId: string): Promise<void> {
  await query('UPDATE webhook SET failures = 0, paused_until = NULL WHERE tenant_id = app_tenant() AND id = $1::uuid AND failures > 0', [
    webhookId,
  ]);
}

/**
 * Counts a failure of a webhook.
 *
 * @returns how many there were since the last success.
 */
export async function noteFailure(query: Query, webhookId: string): Promise<number> {
  const [row] = await query<{ failures: number }>(
    'UPDATE webhook SET failures = failures + 1 WHERE tenant_id = app_tenant() AND id = $1::uuid RETURNING failures',
    [webhookId],
  );
  return row?.failures ?? 0;
}

/** Stores until when nothing is tried at a webhook. */
export async function pauseUntil(query: Query, webhookId: string, until: Date): Promise<void> {
  await query('UPDATE webhook SET paused_until = $2::timestamptz WHERE tenant_id = app_tenant() AND id = $1::uuid', [
    ...[webhookId, until.toISOString()],
  ]);
}
