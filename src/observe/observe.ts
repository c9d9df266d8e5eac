import { collectDefaultMetrics, Registry } from 'prom-client';
import { type Database, pendingMigrations } from '../database/index.ts';
import type { KeyOptions } from '../http/auth/issuer-keys.ts';
import type { OpenBudget } from '../http/budget/open.ts';
import type { RequestQueue } from '../http/server/request-queue.ts';
import { countKeys } from './issuer-check.ts';
import { addBudgetMetrics } from './metrics/budget-metrics.ts';
import { addDatabaseMetrics } from './metrics/database-metrics.ts';
import { addGatewayMetrics, type GatewayCounts } from './metrics/gateway-metrics.ts';
import { addQueueMetrics } from './metrics/queue-metrics.ts';
import { addStreamMetrics } from './metrics/stream-metrics.ts';
import { addWorkerMetrics, type WorkerCounts } from './metrics/worker-metrics.ts';
import { type RunningPort, startPort } from './port.ts';
import type { Check, Checks } from './readiness.ts';

/** Where the metrics port listens. */
export type MetricsAddress = { readonly host: string; readonly port: number };

/** Where metrics go: a port, or a function that takes them elsewhere. */
export type MetricsTarget = MetricsAddress | ((observed: { readonly registry: Registry; readonly checks: Checks }) => RunningPort);

type Common = { readonly address: MetricsAddress; readonly database: Database };

const withProcess = (): Registry => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
};

export type GatewayObservation = Omit<Common, 'address'> &
  GatewayCounts & {
    readonly address: MetricsTarget;
    readonly issuer: KeyOptions;
    readonly live: Parameters<typeof addStreamMetrics>[1];
    readonly queue: RequestQueue;
    readonly budget: Pick<OpenBudget, 'counts' | 'source'>;
    /** Whether requests are answered: not before the start, nor while it stops. */
    readonly isServing: () => boolean;
  };

/** Starts the metrics port of a gateway. */
export function observeGateway({
  address,
  database,
  issuer,
  budget,
  live,
  queue,
  isServing,
  ...counts
}: GatewayObservation): Promise<RunningPort> {
  const registry = withProcess();
  addGatewayMetrics(registry, counts);
  addBudgetMetrics(registry, budget.counts);
  addStreamMetrics(registry, live);
  addQueueMetrics(registry, queue);
  addDatabaseMetrics(registry, database);
  const serving: Check = {
    isRequired: true,
    run: async () => {
      if (!isServing()) throw new Error('it is starting or stopping');
      return 'requests are answered';
    },
  };
  const load: Check = {
    isRequired: true,
    run: async () => {
      if (queue.isOverloaded) throw new Error(`${queue.waiting} requests wait: further ones are refused`);
      return `${queue.waiting} requests wait`;
    },
  };
  const keys: Check = { isRequired: false, run: async () => `${await countKeys(issuer)} keys` };
  const { source } = budget;
  const check = source?.check;
  const redis = check && { redis: { isRequired: false, run: check } };
  const checks = { serving, load, ...databaseChecks(database), ...standbyCheck(database), issuer: keys, ...redis };
  return typeof address === 'function' ? Promise.resolve(address({ registry, checks })) : startPort({ ...address, registry, checks });
}

/** Starts the metrics port of a worker. */
export function observeWorker({
  address,
  database,
  counts,
}: Common & { readonly counts: Omit<WorkerCounts, 'database'> }): Promise<RunningPort> {
  const registry = withProcess();
  addDatabaseMetrics(registry, database);
  addWorkerMetrics(registry, { ...counts, database });
  return startPort({ ...address, registry, checks: databaseChecks(database) });
}

const databaseChecks = ({ query }: Pick<Database, 'query'>) =>
  ({
    database: {
      isRequired: true,
      run: async () => {
        await query('SELECT 1', []);
        return 'it answers';
      },
    },
    migrations: {
      isRequired: true,
      run: async () => {
        const pending = await pendingMigrations(query);
        if (pending.length) throw new Error(`${pending.length} are missing, from ${pending[0]} on: run \`ipto migrate\``);
        return 'complete';
      },
    },
  }) as const satisfies Readonly<Record<string, Check>>;

/** Which standbys are used. None is required: the primary answers what they don't. */
const standbyCheck = ({ standbys }: Pick<Database, 'standbys'>): Checks =>
  standbys
    ? {
        standbys: {
          isRequired: false,
          run: async () => {
            const skipped = standbys.list.filter(({ isUsed }) => !isUsed).map(({ name }) => name);
            if (skipped.length) throw new Error(`skipped: ${skipped.join(', ')}`);
            return `${standbys.list.length} are used`;
          },
        },
      }
    : {};
