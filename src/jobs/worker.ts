import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type LogLevel, run } from 'graphile-worker';
import pg from 'pg';
import type { Logger as Log } from 'pino';
import { z } from 'zod';
import type { Database } from '../database/index.ts';
import { type JobDependencies, settleTenant, sweep } from './settle.ts';

export type WorkerOptions = {
  readonly database: Database;
  /**
   * A connection straight to PostgreSQL: the queue listens on it, which PgBouncer in transaction
   * mode doesn't pass on.
   */
  readonly url: string;
  readonly dependencies: JobDependencies;
  readonly log: Log;
  /** Jobs at once. */
  readonly concurrency?: number;
  /** Told when it stopped by itself, and works no more. */
  readonly onFailure?: (error: unknown) => void;
};

export type RunningWorker = { stop(): Promise<void> };

const Payload = z.object({ tenantId: z.uuid() });

/** Every minute: who has something due? Jobs that somebody's action adds come at once. */
const CRONTAB = '* * * * * sweep ?jobKey=sweep';

/**
 * Works the jobs: `settle` does what is due in one tenant, `sweep` asks for it in each tenant that
 * has something. Due dates live in our tables and each step may be repeated, so that a job that is
 * lost or done twice does no harm. Several workers share the queue.
 */
export async function startWorker({
  database,
  url,
  dependencies,
  log,
  concurrency = 2,
  onFailure = () => {},
}: WorkerOptions): Promise<RunningWorker> {
  const pool = new pg.Pool({ connectionString: url, max: concurrency + 2, application_name: 'ipto-worker' });
  let stopping = false;
  // pg's pool has ended before its connections have: a database that stops right after breaks them,
  // and nobody minds.
  pool.on('error', error => stopping || log.warn({ err: error }, "the worker's connection broke"));
  pool.on('connect', connection => connection.on('error', () => {}));
  const runner = await run({
    pgPool: pool,
    concurrency,
    logger: new Logger(() => forward(log)),
    noHandleSignals: true,
    crontab: CRONTAB,
    taskList: {
      settle: async payload => {
        const { tenantId } = Payload.parse(payload);
        await settleTenant(database, dependencies, tenantId).catch(error => {
          log.error({ err: error, tenantId }, 'what is due in a tenant failed');
          throw error; // the queue tries again
        });
      },
      sweep: () => sweep(database, dependencies.clock.now()),
    },
  });
  runner.promise.catch(error => {
    log.error({ err: error }, 'the worker stopped');
    onFailure(error);
  });
  return {
    stop: async () => {
      stopping = true;
      await runner.stop().catch(() => {}); // it has stopped by itself
      await drained(pool);
      await pool.end();
    },
  };
}

/** How long a stop waits for the queue's last statements, ms. */
const LAST_STATEMENTS = 5_000;

/**
 * graphile-worker's stop doesn't wait for the statement that says that a job is done: without it,
 * the job stays locked for hours.
 */
async function drained(pool: pg.Pool): Promise<void> {
  const patience = Date.now() + LAST_STATEMENTS;
  do await sleep(10);
  while ((pool.waitingCount || pool.idleCount < pool.totalCount) && Date.now() < patience);
}

const LEVELS: Readonly<Record<string, 'error' | 'warn' | 'debug'>> = { error: 'error', warning: 'warn', info: 'debug', debug: 'debug' };

const forward = (log: Log) => (level: LogLevel, message: string) => log[LEVELS[level] ?? 'debug']({ from: 'graphile-worker' }, message);
