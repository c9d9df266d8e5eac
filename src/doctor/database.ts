import type pg from 'pg';
import type { DoctorConfig } from '../config.ts';
import { GRANTS } from '../database/admin/grants.ts';
import { localeFault } from '../database/admin/locale.ts';
import { TIME_LIMITS } from '../database/admin/time-limits.ts';
import type { Query } from '../database/index.ts';
import { pendingMigrations, roleFaults, unforcedTables } from '../database/tenancy/startup-check.ts';
import { connected, queryOf } from './connected.ts';
import { type Finding, type Group, ok, skipped, wrong } from './finding.ts';
import { pgDumpFinding } from './pg-dump.ts';

const CHECK = 'database';
const MIGRATE = '`ipto migrate`';

/** The oldest PostgreSQL that works. */
const OLDEST = 15;

/** What the gateway checks when it starts, and the URLs that it doesn't use itself. */
export const databaseGroup: Group = {
  name: CHECK,
  run: async ({ values, isWorker }) => {
    const { DATABASE_URL: url, MIGRATE_DATABASE_URL: migrateUrl, WORKER_DATABASE_URL: workerUrl, OIDC_CLOCK_SKEW: skew = 30 } = values;
    if (!url) return [skipped(CHECK, "DATABASE_URL isn't set, or is wrong")];
    const role = new URL(url).username;
    return (
      await Promise.all([
        connected(CHECK, url, client => gatewayFindings(client, skew)),
        migrateUrl ? connected('MIGRATE_DATABASE_URL', migrateUrl, migrator(role)) : [],
        isWorker ? connected('database of the worker', workerUrl ?? url, worker(role)) : [],
      ])
    ).flat();
  },
};

async function gatewayFindings(client: pg.Client, skew: number): Promise<readonly Finding[]> {
  const query = queryOf(client);
  const sent = Date.now();
  const [server] = await query<{ version: number; now: Date }>(
    `SELECT current_setting('server_version_num')::int AS version, clock_timestamp() AS now`,
    [],
  );
  const clock = clockFinding(server!.now, sent, Date.now(), skew);
  const major = Math.floor(server!.version / 10_000);
  const locale = await localeFault(query);
  const roles = await roleFaults(query);
  const pending = await pendingMigrations(query);
  return [
    major >= OLDEST ? ok('PostgreSQL', String(major)) : wrong('PostgreSQL', `${major} is too old`, `upgrade it to ${OLDEST} or newer`),
    locale ? wrong('locale', locale.replace(/\. .*/, ''), locale.replace(/^.*?\. /, '')) : ok('locale', 'lower-cases all letters'),
    ...(roles.length
      ? roles.map(fault => wrong('role', fault.replace(/;.*/, ''), `serve under a role of its own: ${MIGRATE} creates ipto_gateway`))
      : [ok('role', "owns nothing and can't bypass row-level security")]),
    pending.length ? wrong('migrations', `${pending.length} are missing, from ${pending[0]} on`, MIGRATE) : ok('migrations', 'complete'),
    ...(pending.length || roles.length ? [] : [await isolation(query), await privileges(query), await timeLimits(query)]),
    clock,
    await pgDumpFinding(major),
  ];
}

async function isolation(query: Query): Promise<Finding> {
  const tables = await unforcedTables(query);
  return tables.length
    ? wrong(
        'row-level security',
        `not forced on ${tables.join(', ')}`,
        `ALTER TABLE ${tables[0]} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; then find out who changed it`,
      )
    : ok('row-level security', 'forced on every table');
}

async function privileges(query: Query): Promise<Finding> {
  const lacking = await query<{ name: string }>(
    "SELECT name FROM unnest($1::text[]) AS name WHERE NOT has_any_column_privilege(name, 'SELECT')",
    [Object.entries(GRANTS).flatMap(([name, { select }]) => (select ? [name] : []))],
  );
  return lacking.length
    ? wrong('privileges', `the role can't read ${lacking.map(({ name }) => name).join(', ')}`, MIGRATE)
    : ok('privileges', 'granted');
}

async function timeLimits(query: Query): Promise<Finding> {
  const check = 'time limits';
  const names = Object.keys(TIME_LIMITS) as (keyof typeof TIME_LIMITS)[];
  const unset = await query<{ name: keyof typeof TIME_LIMITS; role: string }>(
    `SELECT name, current_user AS role FROM pg_settings WHERE name = ANY($1) AND setting = '0' ORDER BY 1`,
    [names],
  );
  const [first] = unset;
  return first
    ? wrong(
        check,
        `${unset.map(({ name }) => name).join(', ')} of the role has no limit`,
        `ALTER ROLE ${first.role} SET ${first.name} = '${TIME_LIMITS[first.name]}'`,
      )
    : ok(check, 'set');
}

/** The database's clock was read between two moments of ours. */
function clockFinding(theirs: Date, sent: number, received: number, skew: number): Finding {
  const apart = Math.max(0, sent - theirs.getTime(), theirs.getTime() - received) / 1_000;
  return apart <= skew
    ? ok('clock of the database', `agrees within ${Math.ceil(apart) || 1} s`)
    : wrong('clock of the database', `differs by ${Math.round(apart)} s`, 'run a time service on both machines, such as chrony');
}

/**
 * A pooler gives a client a process id of its own. Session locks (migrating) and LISTEN (the
 * worker) need the connection that the client believes to have.
 */
async function poolerFinding(check: string, client: pg.Client, setting: string): Promise<Finding | null> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]!.pid === (client as pg.Client & { processID: number }).processID
    ? null
    : wrong(check, 'goes through a pooler', `set ${setting} to PostgreSQL itself`);
}

const migrator = (role: string) => async (client: pg.Client) => {
  const check = 'MIGRATE_DATABASE_URL';
  const pooled = await poolerFinding(check, client, check);
  if (pooled) return [pooled];
  if (decodeURIComponent(role) === client.user)
    return [wrong(check, 'names the same role as DATABASE_URL', "give it the tables' owner, or a superuser")];
  return [ok(check, 'another role, straight to PostgreSQL')];
};

const worker = (role: DoctorConfig['values']['DATABASE_URL']) => async (client: pg.Client) => {
  const check = 'database of the worker';
  const pooled = await poolerFinding(check, client, 'WORKER_DATABASE_URL');
  if (pooled) return [pooled];
  if (decodeURIComponent(role!) !== client.user)
    return [wrong(check, 'names another role than DATABASE_URL', 'name the same role in both')];
  return [ok(check, 'straight to PostgreSQL')];
};
