import pg from 'pg';
import { makeDatabase } from '../../scripts/database.ts';
import { ENGINES, type KillablePostgres, killablePostgres } from '../../scripts/drills/production/postgres.ts';
import { follow } from '../../scripts/drills/production/standby.ts';
import type { TestDatabase } from './database.ts';
import { useResource } from './resource.ts';

/** A standby, as tests meddle with it. */
export type TestStandby = Pick<KillablePostgres, 'kill' | 'start'> & {
  /** The URL of the gateway's role. */
  readonly runtimeUrl: string;
  /** The URL of a superuser, in the same database. */
  readonly adminUrl: string;
  /** Runs a statement as the superuser. */
  sql<Row extends pg.QueryResultRow = pg.QueryResultRow>(text: string): Promise<Row[]>;
  /** Stops replaying: what the primary commits from now on isn't seen. */
  pause(): Promise<void>;
  resume(): Promise<void>;
};

export type Replication = { readonly database: TestDatabase; readonly standbys: readonly TestStandby[] };

/** A primary with its own migrated database, and standbys that follow it by streaming. */
export const useReplication = (standbys = 2): Replication & { end(): Promise<void> } =>
  useResource(
    () => startReplication(standbys),
    replication => replication.end(),
  );

async function startReplication(count: number) {
  const steps: (() => unknown)[] = [];
  const frame = { atEnd: (step: () => unknown) => void steps.push(step) };
  const end = async () => {
    for (const step of steps.reverse()) await step();
  };
  try {
    const primary = await killablePostgres(frame, { engine: ENGINES[process.env.REPLICATION === 'debian' ? 'debian' : 'embedded'] });
    const made = await makeDatabase(primary.url, 'replicated');
    frame.atEnd(() => made.drop().catch(() => {}));
    const database = { ...made, name: new URL(made.adminUrl).pathname.slice(1) };
    const standbys: TestStandby[] = [];
    for (let at = 0; at < count; at += 1) standbys.push(await standbyOf(frame, primary, database, `standby_${at}`));
    return { database, standbys, end };
  } catch (error) {
    await end();
    throw error;
  }
}

async function standbyOf(
  frame: { atEnd(step: () => unknown): void },
  primary: KillablePostgres,
  { adminUrl, runtimeUrl }: TestDatabase,
  name: string,
): Promise<TestStandby> {
  const standby = await follow(frame, primary, name);
  const here = (url: string) => Object.assign(new URL(url), { port: String(standby.port) }).href;
  const pool = new pg.Pool({ connectionString: here(adminUrl), max: 1 });
  pool.on('error', () => {}).on('connect', client => client.on('error', () => {}));
  frame.atEnd(() => pool.end());
  const sql: TestStandby['sql'] = async text => (await pool.query(text)).rows;
  return {
    runtimeUrl: here(runtimeUrl),
    adminUrl: here(adminUrl),
    sql,
    kill: standby.kill,
    start: standby.start,
    pause: async () => {
      await sql('SELECT pg_wal_replay_pause()');
      while ((await sql<{ state: string }>('SELECT pg_get_wal_replay_pause_state() AS state'))[0]!.state !== 'paused');
    },
    resume: async () => void (await sql('SELECT pg_wal_replay_resume()')),
  };
}
