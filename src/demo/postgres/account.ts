import { chmod, lchown, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedError } from './error.ts';

/** The user and group that PostgreSQL runs as, if not as the user of this process. */
export type Account = { uid: number; gid: number };

/** The error if root can't change its user id, as in some containers. */
export const ROOT_ONLY = 'PostgreSQL refuses to run as root, and root may not act as another user here. Run the demo as an ordinary user.';

const ELSEWHERE = 'Run as that user, or set IPTO_HOME to a folder of your own.';
const UNPRIVILEGED = ['nobody', 'daemon', 'bin'];

/**
 * The account to run PostgreSQL as; null for the user of this process. PostgreSQL refuses to run as
 * root, so root runs it as the owner of the data, or at first as an unprivileged user of
 * /etc/passwd (`initdb` needs one with a name).
 */
export async function accountFor(data: string): Promise<Account | null> {
  const owner = await stat(data).catch(() => null);
  const uid = process.getuid?.();
  if (uid === undefined) return null;
  if (uid !== 0) {
    if (owner && owner.uid !== uid)
      throw new EmbeddedError(`The database in ${data} belongs to another user (uid ${owner.uid}). ${ELSEWHERE}`);
    return null;
  }
  return owner && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : await unprivileged();
}

async function unprivileged(): Promise<Account> {
  const users = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map(line => line.split(':'));
  const user = UNPRIVILEGED.map(name => users.find(fields => fields[0] === name)).find(fields => fields !== undefined);
  if (!user)
    throw new EmbeddedError('PostgreSQL refuses to run as root, and this machine names no other user. Run the demo as an ordinary user.');
  // macOS writes nobody as -2.
  return { uid: Number(user[2]) >>> 0, gid: Number(user[3]) >>> 0 };
}

/** Makes the account the only user of a folder and its contents. */
export async function handOver(folder: string, account: Account | null): Promise<void> {
  await chmod(folder, 0o700);
  if (!account || (await stat(folder)).uid === account.uid) return;
  const entries = await readdir(folder, { recursive: true });
  try {
    for (const path of [...entries.map(entry => join(folder, entry)), folder]) await lchown(path, account.uid, account.gid);
  } catch {
    throw new EmbeddedError(ROOT_ONLY);
  }
}
