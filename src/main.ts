import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Introspection } from './access/introspection.ts';
import {
  checkDatabase,
  type Database,
  type DatabaseOptions,
  isOverTime,
  isUnreachable,
  openDatabase,
  type ReadCount,
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
import type { Route } from './http/server/route.ts';
import { startServer } from './http/server/server.ts';
import type { MetricsAddress } from './observe/observe.ts';
import { openObservation } from './observe/open.ts';
import type { TraceSettings } from './observe/tracing/settings.ts';

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
  /** How reads run; the defaults when left out. */
  readonly reads?: Pick<DatabaseOptions, 'naming' | 'singly'>;
  /** False leaves all operations to GraphQL.js. */
  readonly compiled?: boolean;
  /** Called with an error of the fast path that isn't by design. It is logged as well. */
  readonly onUnexpected?: (error: unknown) => void;
  readonly tokens: TokenOptions;
  /** Trusted documents; every document runs when left out. */
  readonly trust?: TrustSettings;
  /** Who may read the schema; callers who are signed in, when left out. */
  readonly introspection?: Introspection;
  /** Where metrics are served; null or left out: nowhere. */
  readonly metrics?: MetricsAddress | null;
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
  /** Aborts the wait for the database. */
  readonly signal?: AbortSignal;
};

export type Running = {
  readonly url: string;
  /** The metrics port; null if there is none. */
  readonly metricsUrl: string | null;
  /** How often reads were one statement, and queries answered by a plan, and why they were not. */
  counts(): { readonly reads: readonly ReadCount[]; readonly queries: ExecutionCounts };
  stop(): Promise<void>;
};

/** Pause between two attempts to reach the database, ms. */
const RETRY_MS = 1_000;

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
  const { metrics = null, traces = null } = options;
  const schema = buildSchema();
  const { trust = NO_TRUST } = options;
  checkDocuments(schema, trust.documents);
  let stopping = false;
  const report = (message: string) => (error: unknown) => {
    log.warn({ err: error }, message);
    options.onUnexpected?.(error);
  };
  const executor = createExecutor(schema, {
    isOn: compiled,
    isExpected: error => error instanceof GatewayError || isUnreachable(error),
    isFinal: isOverTime,
    onUnexpected: report('the executor failed; GraphQL.js answers'),
  });
  const onIdleError = (error: Error) => stopping || log.warn({ err: error }, 'a database connection broke');
  const database = openDatabase(databaseUrl, {
    ...reads,
    poolSize,
    onIdleError,
    onUnexpected: report('a single statement failed; Prisma answers'),
  });
  const onStale = (error: unknown) => stopping || log.warn({ err: error }, 'a person was not refreshed at sign-in');
  const isReady = async () => (await database.query('SELECT 1', [])).length === 1;
  const { observers, keys, ...observation } = await openObservation({ metrics, traces, log });
  const close = () => Promise.race([database.close(), sleep(STOP_MS, undefined, { ref: false })]);
  let isServing = false;
  const metricsPort = await observation
    .listen({ database, issuer: tokens, plans: executor.counts, isServing: () => isServing && !stopping })
    .catch(async error => {
      await close();
      throw error;
    });
  const server = await startServer({ log, host, port, routes, isReady, limits: options.limits, observers }).catch(async error => {
    await metricsPort?.stop();
    await close();
    throw error;
  });
  const live = new Streams({ database, log, heartbeat: options.heartbeat });
  const deprecatedUses = createDeprecatedUses(schema, {
    ...{ database, clock: services.clock, interval: options.deprecatedUseInterval },
    onLost: (error, counts) => log.warn({ err: error, counts }, 'uses of deprecated fields were not counted'),
  });
  const stop = async () => {
    stopping = true;
    await Promise.all([server.stop(), live.stop()]);
    await Promise.race([deprecatedUses.write().then(() => database.close()), sleep(STOP_MS, undefined, { ref: false })]);
    await observation.stop();
    await metricsPort?.stop();
  };
  try {
    await prepareDatabase(options, database);
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
      budget: openBudget(options.budget, () => services.clock.now().getTime()),
      trust,
      introspection: options.introspection ?? 'signed-in',
      corsOrigins,
      bodyTimeout: options.limits?.bodyTimeout,
      noteDeprecatedUse: deprecatedUses.note,
    }),
  );
  isServing = true;
  log.info({ url: server.url }, 'serving');
  const metricsUrl = metricsPort?.url ?? null;
  return { url: server.url, metricsUrl, counts: () => ({ reads: database.reads(), queries: executor.counts() }), stop };
}

const prepareDatabase = ({ log, prepare, signal }: StartOptions, database: Database): Promise<void> =>
  whenReachable(
    async () => {
      await prepare?.();
      await checkDatabase(database.query);
    },
    log,
    signal,
  );

/** Runs `work`, again and again while the database is unreachable, until `signal`. */
export async function whenReachable(work: () => Promise<void>, log: Logger, signal?: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      log.warn({ err: error }, 'cannot reach the database; retrying');
      await sleep(RETRY_MS, undefined, signal && { signal });
    }
  }
}
