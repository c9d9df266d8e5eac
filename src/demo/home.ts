import { realpath, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { removeEmbedded } from './postgres/embedded.ts';
import { makeWritable } from './postgres/folder.ts';

/** The demo can't do it. The message is a sentence for the person at the keyboard. */
export class DemoError extends Error {
  override name = 'DemoError';
}

/** What to do without a demo in a folder. */
export const START_OR_CHOOSE = 'Start it with `npm run demo`, or set IPTO_HOME to the folder of the demo.';

/**
 * The paths of a demo: the folders of its database, objects and mail, the keys of its issuer and of
 * webhooks, and the file with its address while it runs.
 */
export type Home = {
  directory: string;
  database: string;
  issuerKey: string;
  webhookKey: string;
  mailbox: string;
  objects: string;
  address: string;
};

/** The demo's folder as an absolute path: `IPTO_HOME`, or `.ipto` in the repository. */
export function homeDirectory(environment: { IPTO_HOME?: string | undefined }): string {
  return resolve(environment.IPTO_HOME || fileURLToPath(new URL('../../.ipto', import.meta.url)));
}

/**
 * Opens a demo's folder and creates it if it is missing.
 *
 * @throws DemoError if it can't be written.
 */
export async function openHome(directory: string): Promise<Home> {
  const problem = await makeWritable(directory);
  if (problem) throw new DemoError(problem);
  return homeIn(await realpath(directory));
}

/** The paths of a demo in a folder. */
function homeIn(directory: string): Home {
  return {
    directory,
    database: join(directory, 'database'),
    issuerKey: join(directory, 'issuer-key.json'),
    webhookKey: join(directory, 'webhook-key'),
    mailbox: join(directory, 'mail'),
    objects: join(directory, 'objects'),
    address: join(directory, 'address'),
  };
}

/**
 * Removes the demo's database, key, mail and objects, and nothing else in the folder.
 *
 * @throws EmbeddedError while a demo is running there.
 */
export async function reset(home: Home): Promise<void> {
  await removeEmbedded(home.database);
  await rm(home.database, { recursive: true, force: true });
  await rm(home.mailbox, { recursive: true, force: true });
  await rm(home.objects, { recursive: true, force: true });
  await rm(home.issuerKey, { force: true });
  await rm(home.webhookKey, { force: true });
  await rm(home.address, { force: true });
}
