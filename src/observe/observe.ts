import { collectDefaultMetrics, Registry } from 'prom-client';
import { type Database, pendingMigrations } from '../database/index.ts';
import type { KeyOptions } from '../http/auth/issuer-keys.ts';
import { countKeys } from './issuer-check.ts';
import { addDatabaseMetrics } from './metrics/database-metrics.ts';
import { addGatewayMetrics, type GatewayCounts } from './metrics/gateway-metrics.ts';
import { addWorkerMetrics, type WorkerCounts } from './metrics/worker-metrics.ts';
import { type RunningPort, startPort } from './port.ts';
import type { Check } from './readiness.ts';

/** Where the metrics port listens. */
export type MetricsAddress = { readonly host: string; readonly port: number };

type Common = { readonly address: MetricsAddress; readonly database: Database };

const withProcess = (): Registry => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
};

export type GatewayObservation = Common &
  GatewayCounts & {
    readonly issuer: KeyOptions;
    /** Whether requests are answered: not before the start, nor while it stops. */
    readonly isServing: () => boolean;
  };

/** Starts the metrics port of a gateway. */
export function observeGateway({ address, database, issuer, isServing, ...counts }: GatewayObservation): Promise<RunningPort> {
  const registry = withProcess();
  addGatewayMetrics(registry, counts);
  addDatabaseMetrics(registry, database);
  const serving: Check = {
    isRequired: true,
    run: async () => {
      if (!isServing()) throw new Error('it is starting or stopping');
      return 'requests are answered';
    },
  };
  const keys: Check = { isRequired: false, run: async () => `${await countKeys(issuer)} keys` };
  return startPort({ ...address, registry, checks: { serving, ...databaseChecks(database), issuer: keys } });
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
