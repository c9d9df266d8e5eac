import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { checkDatabase, type Database, type DatabaseOptions, isUnreachable, openDatabase, type ReadCount } from './database/index.ts';
import { GatewayError } from './domain/core/errors.ts';
import type { Services } from './domain/core/services.ts';
import { createExecutor, type ExecutionCounts } from './executor/executor.ts';
import { buildSchema } from './graphql/schema.ts';
import { createAuthenticate, type TokenOptions } from './http/auth/authenticate.ts';
import { createGateway } from './http/gateway.ts';
import type { Route } from './http/server/route.ts';
import { startServer } from './http/server/server.ts';

export type StartOptions = {
  readonly log: Logger;
  readonly host: string;
  readonly port: number;
  readonly corsOrigins: readonly string[];
  readonly routes?: readonly Route[];
  /** The connection that requests are served on, under the gateway's own role. */
  readonly databaseUrl: string;
  readonly poolSize?: number;
  /** How reads are asked; the usual way when left out. */
  readonly reads?: Pick<DatabaseOptions, 'naming' | 'singly'>;
  /** False leaves all operations to GraphQL.js. */
  readonly compiled?: boolean;
  /** Called with an error of the fast path that isn't by design. It is logged as well. */
  readonly onUnexpected?: (error: unknown) => void;
  readonly tokens: TokenOptions;
  /** The time, the settings, and where objects lie. */
  readonly services: Services;
  /** What must have happened to the database before it is looked at, such as migrating. */
  readonly prepare?: () => Promise<unknown>;
  /** Gives up the wait for the database. */
  readonly signal?: AbortSignal;
};

export type Running = {
  readonly url: string;
  /** How often reads were one statement, and queries answered by a plan, and why they were not. */
  counts(): { readonly reads: readonly ReadCount[]; readonly queries: ExecutionCounts };
  stop(): Promise<void>;
};

/** How long to wait between two tries to reach the database, ms. */
const RETRY = 1_000;

/**
 * How long a stop waits for statements that don't end, ms: the server has closed by then, and
 * nobody reads their answers.
 */
const LAST_STATEMENTS = 5_000;

/**
 * Starts the gateway: listens, waits for its database as long as it takes, makes sure that it is
 * safe, and serves. `/readyz` tells.
 *
 * @throws {UnsafeDatabaseError} when the database would not hold its wall; {MigrationError};
 * {ListenError}.
 */
export async function startGateway(options: StartOptions): Promise<Running> {
  const { log, host, port, routes, databaseUrl, poolSize, reads, compiled = true, tokens, corsOrigins, services, onUnexpected } = options;
  const schema = buildSchema();
  let stopping = false;
  const executor = createExecutor(schema, {
    isOn: compiled,
    isExpected: error => error instanceof GatewayError || isUnreachable(error),
    onUnexpected: error => {
      log.warn({ err: error }, 'the executor failed; GraphQL.js answers');
      onUnexpected?.(error);
    },
  });
  const onIdleError = (error: Error) => stopping || log.warn({ err: error }, 'a database connection broke');
  const database = openDatabase(databaseUrl, { ...reads, poolSize, onIdleError });
  const isReady = async () => (await database.query('SELECT 1', [])).length === 1;
  const server = await startServer({ log, host, port, routes, isReady }).catch(async error => {
    await database.close();
    throw error;
  });
  const stop = async () => {
    stopping = true;
    await server.stop();
    await Promise.race([database.close(), sleep(LAST_STATEMENTS, undefined, { ref: false })]);
  };
  try {
    await prepared(options, database);
  } catch (error) {
    await stop();
    throw error;
  }
  server.serve(createGateway({ schema, executor, database, authenticate: createAuthenticate(tokens), services, corsOrigins }));
  log.info({ url: server.url }, 'serving');
  return { url: server.url, counts: () => ({ reads: database.reads(), queries: executor.counts() }), stop };
}

const prepared = ({ log, prepare, signal }: StartOptions, database: Database): Promise<void> =>
  whenReachable(
    async () => {
      await prepare?.();
      await checkDatabase(database.query);
    },
    log,
    signal,
  );

/**
 * Does something with the database, and waits for the database as long as it is out of reach, or
 * until `signal`.
 */
export async function whenReachable(work: () => Promise<void>, log: Logger, signal?: AbortSignal): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      log.warn({ err: error }, 'the database is out of reach; waiting for it');
      await sleep(RETRY, undefined, signal && { signal });
    }
  }
}

/**
 * Stops `running` at the first SIGINT or SIGTERM, and the process with it; at the second, without
 * waiting.
 */
export function stopOnSignal(stop: () => Promise<void>, onError: (error: unknown) => void): void {
  let asked = false;
  const onSignal = () => {
    if (asked) process.exit(130);
    asked = true;
    stop().then(
      () => process.exit(0),
      error => {
        onError(error);
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
}
