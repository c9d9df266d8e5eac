import { defineCommand } from 'citty';
import { ConfigError, keyRotationConfig } from '../config.ts';
import { webhookSettingsOf } from '../config-webhook.ts';
import { openDatabase } from '../database/index.ts';
import { webhookTenants } from '../database/queries/webhook.ts';
import { resealSecrets } from '../domain/webhook/reseal.ts';
import type { SecretKeys } from '../domain/webhook/secret-keys.ts';
import { orFail } from './fail.ts';

/**
 * `webhook rotate-keys`: encrypts all secrets with the first of `WEBHOOK_KEYS`. It may run again.
 */
const rotateKeysCommand = defineCommand({
  meta: { name: 'rotate-keys', description: 'Encrypt the secrets of all webhooks with the first of WEBHOOK_KEYS' },
  run: () =>
    orFail(async () => {
      const { DATABASE_URL: url, ...config } = keyRotationConfig();
      const { keys } = webhookSettingsOf(config);
      if (!keys) throw new ConfigError('WEBHOOK_KEYS is missing. Set the new key and the old one, in this order.');
      const count = await rotateKeys(url, keys);
      process.stdout.write(`${count} ${count === 1 ? 'webhook' : 'webhooks'} encrypted with the first key. The others can be removed.\n`);
    }),
});

export const webhookCommand = defineCommand({
  meta: { name: 'webhook', description: 'Look after webhooks' },
  subCommands: { 'rotate-keys': rotateKeysCommand },
});

/** @returns of how many webhooks the secrets were encrypted with another key. */
export async function rotateKeys(url: string, keys: SecretKeys): Promise<number> {
  const database = openDatabase(url, { poolSize: 1 });
  try {
    let count = 0;
    for (const tenantId of await webhookTenants(database.query))
      count += await resealSecrets(database.bind({ tenantId, personId: null }), keys);
    return count;
  } finally {
    await database.close();
  }
}
