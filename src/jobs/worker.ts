import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type LogLevel, type TaskList } from 'graphile-worker';
import type { Logger as Log } from 'pino';
import * as z from 'zod';
import type { Database } from '../database/index.ts';
import type { SecretKeys } from '../domain/webhook/secret-keys.ts';
import type { WebhookSender } from '../domain/webhook/sender.ts';
import { deliver, wakeDueWebhooks } from './deliver.ts';
import { followEvents } from './follow-events.ts';
import { JobCounts } from './job-counts.ts';
import { type JobSpans, observedJob, observedMail } from './observed.ts';
import { QueuePool } from './queue-pool.ts';
import { runQueue } from './run-queue.ts';
import { type JobDependencies, settleTenant, sweep } from './settle.ts';

export type WorkerOptions = {
  readonly database: Database;
  /**
   * Connects directly to PostgreSQL: the queue uses LISTEN, which PgBouncer in transaction mode
   * doesn't support.
   */
  readonly url: string;
  readonly dependencies: JobDependencies;
  readonly log: Log;
  /** Jobs that run at the same time. */
  readonly concurrency?: number;
  /**
   * How webhooks are sent, and how many at once; left out without a key for their secrets: none
   * are.
   */
  readonly webhooks?: WebhookOptions | undefined;
  /** Called when the worker has stopped because of an error other than a lost connection. */
  readonly onFailure?: (error: unknown) => void;
  /** Counts jobs and mail. */
  readonly counts?: JobCounts;
  /** Where spans of jobs go; null or left out: nowhere. */
  readonly spans?: JobSpans | null;
};

export type WebhookOptions = { readonly keys: SecretKeys; readonly sender: WebhookSender; readonly concurrency: number };

export type RunningWorker = { stop(): Promise<void> };

const Payload = z.object({ tenantId: z.uuid() });
const WebhookPayload = z.object({ tenantId: z.uuid(), webhookId: z.uuid() });

/** A sweep every minute. Commands add jobs that run at once. */
const CRONTAB = '* * * * * sweep ?jobKey=sweep';

/**
 * Starts a worker with two tasks: `settle` runs what is due in one tenant, `sweep` adds a `settle`
 * job for each tenant with something due. Due dates are columns of our tables and each step is
 * idempotent, so a job that is lost or runs twice does no harm. Several workers share the queue.
 * `deliver` sends what is due to one webhook; a queue runner of its own has it, because receivers
 * are slow and nothing else must wait for them.
 */
export async function startWorker({
  database,
  url,
  dependencies,
  webhooks,
  log,
  concurrency = 2,
  onFailure = () => {},
  counts = new JobCounts(),
  spans = null,
}: WorkerOptions): Promise<RunningWorker> {
  const { clock } = dependencies;
  const observers = { log, counts, spans };
  const pool = new QueuePool({ connectionString: url, max: concurrency + 6, application_name: 'ipto-worker' });
  let stopping = false;
  // pool.end() resolves before its connections are closed; a database that stops right after breaks
  // them, which can be ignored.
  pool.on('error', error => stopping || log.warn({ err: error }, "the worker's connection broke"));
  pool.on('connect', connection => connection.on('error', () => {}));
  const shared = { pgPool: pool, logger: new Logger(() => forward(log)), noHandleSignals: true };
  const hooks = { url, log, onFailure };
  const settling = {
    ...{ ...shared, concurrency, crontab: CRONTAB },
    taskList: {
      settle: async (payload, helpers) => {
        const { tenantId } = Payload.parse(payload);
        const mail = observedMail(observers, dependencies.mail, tenantId);
        await observedJob(observers, helpers, { tenantId }, () =>
          settleTenant(database, { ...dependencies, mail }, tenantId, (step, error) =>
            log.error({ err: error, tenantId, step }, 'jobs of a tenant failed'),
          ),
        );
      },
      sweep: (_, helpers) =>
        observedJob(observers, helpers, {}, async () => {
          if (webhooks) await wakeDueWebhooks(database.query, clock.now());
          await sweep(database, clock.now());
        }),
    } satisfies TaskList,
  };
  const delivering = webhooks && {
    ...{ ...shared, concurrency: webhooks.concurrency },
    taskList: {
      deliver: (payload, helpers) => {
        const name = WebhookPayload.parse(payload);
        return observedJob(observers, helpers, name, () => deliver(database, { clock, ...webhooks }, name, observers));
      },
    } satisfies TaskList,
  };
  const queues = [await runQueue(settling, hooks)];
  if (delivering) queues.push(await runQueue(delivering, hooks));
  const follower =
    webhooks &&
    followEvents({
      query: database.query,
      onEvents: () => wakeDueWebhooks(database.query, clock.now()),
      onError: error => stopping || log.warn({ err: error }, 'following events failed'),
    });
  return {
    stop: async () => {
      stopping = true;
      await follower?.stop();
      await Promise.all(queues.map(queue => queue.stop()));
      await drained(pool);
      await pool.end();
    },
  };
}

/** How long stop() waits for the queue's last statements, ms. */
const LAST_STATEMENTS = 5_000;

/**
 * Waits for idle connections: graphile-worker's stop() doesn't wait for the statement that marks a
 * job as done, without which the job stays locked for hours.
 */
async function drained(pool: QueuePool): Promise<void> {
  const deadline = Date.now() + LAST_STATEMENTS;
  do await sleep(10);
  while ((pool.waitingCount || pool.idleCount < pool.totalCount) && Date.now() < deadline);
}

const LEVELS: Readonly<Record<string, 'error' | 'warn' | 'debug'>> = { error: 'error', warning: 'warn', info: 'debug', debug: 'debug' };

const forward = (log: Log) => (level: LogLevel, message: string) => log[LEVELS[level] ?? 'debug']({ from: 'graphile-worker' }, message);
