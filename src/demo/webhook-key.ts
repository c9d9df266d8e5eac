import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { KEY_BYTES, SecretKeys, type WebhookSettings } from '../domain/webhook/secret-keys.ts';
import { DemoError, type Home } from './home.ts';

/**
 * How webhooks are set up in a demo, whose receivers are on this machine. Creates the key of their
 * secrets if it is missing.
 *
 * @throws DemoError if the key can't be read.
 */
export async function openWebhooks({ webhookKey: file }: Home): Promise<WebhookSettings> {
  await writeFile(file, randomBytes(KEY_BYTES), { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw new DemoError(`Can't write the demo's key to ${file} (${error.code}).`);
  });
  const key = await readFile(file);
  if (key.length !== KEY_BYTES) throw new DemoError(`The file ${file} is not a key of the demo. Remove it; the next run creates another.`);
  return { keys: new SecretKeys([key]), allowLoopback: true };
}
