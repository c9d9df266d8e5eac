import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Finding, ok, skipped, wrong } from './finding.ts';

const CHECK = 'pg_dump';

/** pg_dump refuses a server that is newer than itself; docs/backup.md uses it. */
export async function pgDumpFinding(server: number): Promise<Finding> {
  const install = `apt-get install postgresql-client-${server}`;
  const printed = await promisify(execFile)('pg_dump', ['--version'], { timeout: 5_000 }).catch(() => null);
  const major = Number(/\) (\d+)/.exec(printed?.stdout ?? '')?.[1]);
  if (!major) return skipped(CHECK, `not installed here; where backups are made: ${install}`);
  return major >= server
    ? ok(CHECK, `${major}, for a server of ${server}`)
    : wrong(CHECK, `${major} can't back up a server of ${server}`, install);
}
