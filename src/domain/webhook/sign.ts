import { Webhook } from 'standardwebhooks';
import type { SendingWebhook } from '../../database/queries/webhook.ts';
import type { SecretKeys } from './secret-keys.ts';
import type { SignedRequest } from './sender.ts';

type Signing = Pick<SendingWebhook, 'secret' | 'earlierSecret' | 'earlierUntil'>;

/**
 * Signs an event for a webhook (Standard Webhooks), with the earlier secret too while that is valid
 * after a rotation. A repeat has the same id and another timestamp.
 */
export function signedRequest(
  keys: SecretKeys,
  place: { readonly tenantId: string; readonly id: string },
  { secret, earlierSecret, earlierUntil }: Signing,
  { eventId, payload, now }: { readonly eventId: string; readonly payload: string; readonly now: Date },
): SignedRequest {
  const isOverlap = earlierSecret && earlierUntil && earlierUntil > now;
  const secrets = [secret, ...(isOverlap ? [earlierSecret] : [])].map(sealed => keys.open(sealed, place));
  const signatures = secrets.map(bytes => new Webhook(bytes, { format: 'raw' }).sign(eventId, now, payload));
  return {
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'IPTO-Webhooks',
      'webhook-id': eventId,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': signatures.join(' '),
    },
    body: payload,
  };
}
