import * as z from 'zod';
import { flagOf, list } from './config-values.ts';
import { KEY_BYTES, SecretKeys, type WebhookSettings } from './domain/webhook/secret-keys.ts';

const bytesOf = (key: string): Buffer => Buffer.from(key, 'base64');
const isKey = (key: string): boolean => bytesOf(key).length === KEY_BYTES && bytesOf(key).toString('base64') === key;

/** The settings of webhooks, of the gateway and of the worker. */
export const webhooks = z.object({
  WEBHOOK_KEYS: list('').refine(
    keys => keys.length <= 2 && keys.every(isKey),
    'one key of 32 random bytes in base64, or a new and an old one, comma-separated',
  ),
  WEBHOOK_ALLOW_LOOPBACK: flagOf('false'),
});

/** How webhooks are set up. */
export function webhookSettingsOf({ WEBHOOK_KEYS, WEBHOOK_ALLOW_LOOPBACK }: z.infer<typeof webhooks>): WebhookSettings {
  const [first, ...others] = WEBHOOK_KEYS.map(bytesOf);
  return { keys: first ? new SecretKeys([first, ...others]) : null, allowLoopback: WEBHOOK_ALLOW_LOOPBACK };
}
