import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Introspection } from './access/introspection.ts';
import {
  checkDatabase,
  type DatabaseOptions,
  isOverTime,
  isUnreachable,
  openDatabase,
  type ReadCount,
  type StandbyCounts,
  StandbyReadError,
} from './database/index.ts';
import { GatewayError } from './domain/core/errors.ts';
import type { Services } from './domain/core/services.ts';
import { createExecutor, type ExecutionCounts } from './executor/executor.ts';
import { buildSchema } from './graphql/schema.ts';
import { createAuthenticate, type TokenOptions } from './http/auth/authenticate.ts';
import { refreshPeople } from './http/auth/refresh-people.ts';
import { type BudgetSettings, openBudget } from './http/budget/open.ts';
import { createGateway } from './http/gateway.ts';
import { createDeprecatedUses } from './http/graphql/deprecated-use.ts';
import { checkDocuments } from './http/graphql/documents-file.ts';
import { NO_TRUST, type TrustSettings } from './http/graphql/trusted-documents.ts';
import { Streams } from './http/live/streams.ts';
import type { ServerLimits } from './http/server/limits.ts';
import { queueLimits, RequestQueue } from './http/server/request-queue.ts';
import type { Route } from './http/server/route.ts';
import { startServer } from './http/server/server.ts';
import type { MetricsTarget } from './observe/observe.ts';
import { openObservation } from './observe/open.ts';
import type { TraceSettings } from './observe/tracing/settings.ts';
import { whenReachable } from './when-reachable.ts';

export type StartOptions = {
  readonly log: Logger;
  readonly host: string;
  readonly port: number;
  readonly corsOrigins: readonly string[];
  readonly routes?: readonly Route[];
  /** Time-outs and connections; the defaults when left out. */
  readonly limits?: ServerLimits;
  /** The connection for requests, as the gateway's role. */
  readonly databaseUrl: string;
  readonly poolSize?: number;
  /** The URLs of standbys that reads may go to. */
  readonly readUrls?: readonly string[] | undefined;
  /** How reads run; the defaults when left out. */
  readonly reads?: Pick<DatabaseOptions, 'naming' | 'singly'>;
  /** False leaves all operations to GraphQL.js. */
  readonly compiled?: boolean;
  /** Called with an error of the fast path that isn't by design. It is logged as well. */
  readonly onUnexpected?: (error: unknown) => void;
  readonly tokens: TokenOptions;
  /** Trusted documents; every document runs when left out. */
  readonly trust?: TrustSettings;
  /** Whether the schema is a subgraph of a federated graph; not, when left out. */
  readonly federation?: boolean | undefined;
  /** Who may read the schema; callers who are signed in, when left out. */
  readonly introspection?: Introspection;
  /** Where metrics are served; null or left out: nowhere. */
  readonly metrics?: MetricsTarget | null;
  /** Where spans go; null or left out: nowhere. */
  readonly traces?: TraceSettings | null;
  /** How operations are limited; null: they are not. */
  readonly budget: BudgetSettings | null;
  /** The clock, the settings and the object store. */
  readonly services: Services;
  /** How often a subscription gets a sign of life, ms; the default when left out. */
  readonly heartbeat?: number | undefined;
  /** How long a use of a deprecated field waits to be written, ms; the default when left out. */
  readonly deprecatedUseInterval?: number | undefined;
  /** Runs before the database is checked: migrations, for example. */
  readonly prepare?: () => Promise<unknown>;
  /** How long a stop serves on while it isn't ready any more, ms; 0 when left out. */
  readonly stopDelay?: number | undefined;
  /** Aborts the wait for the database. */
  readonly signal?: AbortSignal;
};

export type Running = {
  readonly url: string;
  /** The metrics port; null if there is none. */
  readonly metricsUrl: string | null;
  /** How often reads were one statement, and queries answered by a plan, and why they were not. */
  counts(): { readonly reads: readonly ReadCount[]; readonly queries: ExecutionCounts; readonly standbys: StandbyCounts | null };
  stop(): Promise<void>;
};

/** How long a stop waits for running statements, ms. The server has closed by then. */
const STOP_MS = 5_000;

/**
 * Starts the gateway: listens, waits for its database, checks it and serves. `/readyz` reports when
 * it is ready.
 *
 * @throws {UnsafeDatabaseError} if the database wouldn't isolate tenants; {MigrationError};
 * {ListenError}.
 */
export async function startGateway(options: StartOptions): Promise<Running> {
  const { log, host, port, routes, databaseUrl, poolSize, reads, compiled = true, tokens, corsOrigins, services } = options;
  const { metrics = null, traces = null, trust = NO_TRUST } = options;
  const schema = buildSchema({ isSubgraph: options.federation });
  checkDocuments(schema, trust.documents);
  let stopping = false;
  const report = (message: string) => (error: unknown) => {
    log.warn({ err: error }, message);
    options.onUnexpected?.(error);
  };
  const executor = createExecutor(schema, {
    isOn: compiled,
    isExpected: error => error instanceof GatewayError || error instanceof StandbyReadError || isUnreachable(error),
    isFinal: isOverTime,
    onUnexpected: report('the executor failed; GraphQL.js answers'),
  });
  const onIdleError = (error: Error) => stopping || log.warn({ err: error }, 'a database connection broke');
  const database = openDatabase(databaseUrl, {
    ...reads,
    poolSize,
    readUrls: options.readUrls,
    onStandby: (standby, isUsed, because) =>
      stopping || (isUsed ? log.info({ standby }, 'a standby is used again') : log.warn({ standby, because }, 'a standby is skipped')),
    onIdleError,
    onUnexpected: report('a single statement failed; Prisma answers'),
  });
  const onStale = (error: unknown) => stopping || log.warn({ err: error }, 'a person was not refreshed at sign-in');
  const { observers, keys, ...observation } = await openObservation({ metrics, traces, log });
  const queue = new RequestQueue(queueLimits(poolSize));
  const isReady = async () => !queue.isOverloaded && (await database.query('SELECT 1', [])).length === 1;
  const budget = await openBudget(options.budget, () => services.clock.now().getTime(), log);
  const close = () => {
    budget.source?.close();
    return Promise.race([database.close(), sleep(STOP_MS, undefined, { ref: false })]);
  };
  const live = new Streams({ database, log, heartbeat: options.heartbeat });
  let isServing = false;
  const metricsPort = await observation
    .listen({ database, live, issuer: tokens, plans: executor.counts, budget, queue, isServing: () => isServing && !stopping })
    .catch(async error => {
      await close();
      throw error;
    });
  const server = await startServer({ log, host, port, routes, isReady, limits: options.limits, observers }).catch(async error => {
    await metricsPort?.stop();
    await close();
    throw error;
  });
  const deprecatedUses = createDeprecatedUses(schema, {
    ...{ database, clock: services.clock, interval: options.deprecatedUseInterval },
    onLost: (error, counts) => log.warn({ err: error, counts }, 'uses of deprecated fields were not counted'),
  });
  const stop = async () => {
    stopping = true;
    server.turnAway();
    if (isServing && options.stopDelay) await sleep(options.stopDelay);
    await Promise.all([server.stop(), live.stop()]);
    await Promise.race([deprecatedUses.write().then(close), sleep(STOP_MS, undefined, { ref: false })]);
    await observation.stop();
    await metricsPort?.stop();
  };
  try {
    const prepareDatabase = async () => {
      await options.prepare?.();
      await checkDatabase(database.query);
    };
    await whenReachable(prepareDatabase, log, options.signal);
  } catch (error) {
    await stop();
    throw error;
  }
  server.serve(
    createGateway({
      schema,
      executor,
      database,
      authenticate: createAuthenticate({ ...tokens, ...keys }, refreshPeople(database.query, onStale)),
      services,
      live,
      queue,
      budget,
      trust,
      introspection: options.introspection ?? 'signed-in',
      corsOrigins,
      bodyTimeout: options.limits?.bodyTimeout,
      noteDeprecatedUse: deprecatedUses.note,
    }),
  );
  isServing = true;
  log.info({ url: server.url }, 'serving');
  return {
    url: server.url,
    metricsUrl: metricsPort?.url ?? null,
    counts: () => ({ reads: database.reads(), queries: executor.counts(), standbys: database.standbys && { ...database.standbys.counts } }),
    stop,
  };
}
