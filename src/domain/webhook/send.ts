import type { UnitOfWork } from '../../database/index.ts';
import { type SendingWebhook, sendingWebhook } from '../../database/queries/webhook.ts';
import { beginTry, type DueDelivery, endTry, type Try } from '../../database/queries/webhook-delivery.ts';
import type { Clock } from '../core/services.ts';
import { type LockedTransaction, withTenantLock } from '../core/tenant-lock.ts';
import { repeatAt } from './schedule.ts';
import type { SecretKeys } from './secret-keys.ts';
import { type ReceiverConnection, SendError, type WebhookSender } from './sender.ts';
import { signedRequest } from './sign.ts';
import { maySend, memberGrant } from './types.ts';

export type SendDependencies = { readonly clock: Clock; readonly keys: SecretKeys; readonly sender: WebhookSender };

/** Where a delivery goes. */
export type Receiver = { readonly webhookId: string; readonly url: string };

/** Why an event isn't sent, now or ever. */
export type SkipReason = 'FORBIDDEN' | 'UNSELECTED' | 'EVENT_GONE';

/** What became of a delivery: `held` stays as it was, because the tenant or the webhook changed. */
export type Sent =
  | { readonly outcome: 'held' }
  | { readonly outcome: 'skipped'; readonly failure: SkipReason }
  | { readonly outcome: 'delivered'; readonly statusCode: number; readonly durationMs: number }
  | { readonly outcome: 'failed'; readonly error: SendError; readonly durationMs: number };

/** The statuses of a tenant in which events are sent (SPEC E4). */
const SENDING: readonly string[] = ['active', 'pending_deletion'];

/**
 * Sends a delivery, if its webhook's member may read it at this moment (SPEC E2). The connection is
 * there before the check. The request is written while the tenant's lock is held in shared mode, so
 * that a change of rights either waits for it or is seen; nothing waits for the response.
 */
export async function sendDelivery(
  unit: UnitOfWork,
  dependencies: SendDependencies,
  receiver: Receiver,
  delivery: DueDelivery,
): Promise<Sent> {
  const { clock } = dependencies;
  const thisTry = { id: delivery.id, number: delivery.tries + 1 };
  const began = performance.now();
  const durationMs = () => Math.round(performance.now() - began);
  try {
    const sent = await handOver(unit, dependencies, receiver, delivery);
    return typeof sent === 'number' ? { outcome: 'delivered', statusCode: sent, durationMs: durationMs() } : sent;
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    await countTry(unit, thisTry, clock);
    return { outcome: 'failed', error, durationMs: durationMs() };
  }
}

/** Counts a try that failed before it was stored that it begins. */
const countTry = ({ query }: UnitOfWork, thisTry: Try, { now }: Clock) => beginTry(query, thisTry, now(), repeatAt(now()));

/**
 * Sends the request and returns the status of its success; else why it isn't sent. Where the
 * receiver has closed a connection that was used before, it is sent once more over a new one, as
 * the same try.
 */
async function handOver(
  unit: UnitOfWork,
  dependencies: SendDependencies,
  receiver: Receiver,
  delivery: DueDelivery,
  repeats: { readonly isBegun: boolean } | null = null,
): Promise<Sent | number> {
  const connection = await dependencies.sender.connect(receiver.url, repeats !== null);
  let isBegun = repeats?.isBegun ?? false;
  try {
    const held = await write(unit, dependencies, receiver, { ...delivery, isBegun }, connection);
    if (held) return held;
    isBegun = true;
    return await connection.response();
  } catch (error) {
    if (!connection.isReused || !(error instanceof SendError) || error.failure !== 'BROKEN_OFF') throw error;
  } finally {
    connection.close();
  }
  return await handOver(unit, dependencies, receiver, delivery, { isBegun });
}

/** Writes the request; else why not. */
const write = (
  unit: UnitOfWork,
  { clock, keys }: SendDependencies,
  { webhookId, url }: Receiver,
  { id, kind, eventId, type, payload, tries, isBegun }: DueDelivery & { readonly isBegun: boolean },
  connection: ReceiverConnection,
): Promise<Sent | null> =>
  withTenantLock(
    unit,
    { clock, lockMode: 'shared', once: true, reads: ({ query }) => sendingWebhook(query, webhookId) },
    async (locked, webhook) => {
      const { query, tenantId, now } = locked;
      const thisTry = { id, number: tries + 1 };
      if (!webhook || !isReady(locked, webhook, { kind, url })) return { outcome: 'held' };
      const failure = payload === null ? 'EVENT_GONE' : skipReason(locked, webhook, { kind, type });
      if (failure) {
        const result = { status: 'skipped', statusCode: null, failure, durationMs: null, nextTryAt: null } as const;
        await endTry(query, { id, number: tries }, now, result);
        return { outcome: 'skipped', failure };
      }
      if (!isBegun && !(await beginTry(query, thisTry, now, repeatAt(now)))) return { outcome: 'held' };
      await connection.write(signedRequest(keys, { tenantId, id: webhookId }, webhook, { eventId, payload: payload!, now }));
      return null;
    },
  );

/** Whether anything is sent at all, and to where the connection leads. */
const isReady = ({ tenant }: LockedTransaction, webhook: SendingWebhook, { kind, url }: { kind: string; url: string }): boolean =>
  tenant !== null && SENDING.includes(tenant.status) && webhook.url === url && (webhook.status === 'active' || kind !== 'event');

/** Why the webhook isn't sent an event of a type, ever; null if it is. */
function skipReason(
  { tenant, tenantId }: LockedTransaction,
  { types, roles }: SendingWebhook,
  { kind, type }: { kind: string; type: string },
): SkipReason | null {
  if (!maySend(memberGrant(tenantId, tenant!, roles ?? []), type)) return 'FORBIDDEN';
  return kind === 'event' && !types.includes(type) ? 'UNSELECTED' : null;
}
