import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { Logger } from 'pino';
import { openDatabase, type UnitOfWork } from '../../src/database/index.ts';
import { dueTenants } from '../../src/database/queries/jobs.ts';
import type { Clock, Message, Settings } from '../../src/domain/core/services.ts';
import type { TokenOptions } from '../../src/http/auth/authenticate.ts';
import { createLog } from '../../src/http/server/log.ts';
import { settleTenant } from '../../src/jobs/settle.ts';
import { type Running, type StartOptions, startGateway } from '../../src/main.ts';
import { ISSUER, type TestDatabase } from './database.ts';
import { useResource } from './resource.ts';
import { type TestServices, testServices } from './services.ts';

export const AUDIENCE = 'ipto-test';

/** Creates a token issuer with a new key. */
export async function createIssuer(issuer = ISSUER) {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'test', use: 'sig' }] };
  const sign = (claims: JWTPayload = {}, expires: string | number = '1h') =>
    new SignJWT({ email_verified: true, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'test' })
      .setIssuer(issuer)
      .setAudience(AUDIENCE)
      .setIssuedAt(claims.iat)
      .setExpirationTime(expires)
      .sign(privateKey);
  return { issuer, jwks, sign, privateKey };
}

export type TestIssuer = Awaited<ReturnType<typeof createIssuer>>;

/** The options of a gateway that accepts the tokens of an issuer. */
export const tokenOptions = ({ issuer, jwks }: TestIssuer): TokenOptions => ({
  issuer,
  audience: AUDIENCE,
  algorithms: ['ES256'],
  tenantClaim: 'tenant',
  staffClaim: 'ipto_staff',
  clockSkew: 5,
  keys: jwks,
});

/** A GraphQL response over HTTP. */
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests know what they selected
  readonly data: any;
  readonly errors: readonly { message: string; path?: readonly (string | number)[]; extensions: Record<string, unknown> }[];
};

export type Query = {
  readonly token?: string | undefined;
  readonly tenant?: string | undefined;
  readonly variables?: object;
  readonly headers?: Record<string, string>;
};

/** A clock that only moves on command. */
export type MovableClock = Clock & { set(at: Date): void; advance(time: { days?: number; minutes?: number }): void };

export function movableClock(start = new Date()): MovableClock {
  let at = start.getTime();
  return {
    now: () => new Date(at),
    set: moment => {
      at = moment.getTime();
    },
    advance: ({ days = 0, minutes = 0 }) => {
      at += (days * 24 * 60 + minutes) * 60_000;
    },
  };
}

/** The code in the message of an invitation. */
export const codeIn = ({ text }: Message): string => /ipto_invite_[\w-]+/.exec(text)![0];

export type TestGateway = Running & {
  readonly tokens: TestIssuer;
  /** The time of the gateway and its jobs. */
  readonly clock: MovableClock;
  readonly store: TestServices['store'];
  readonly objects: string;
  /** Messages that the jobs sent. */
  readonly sent: readonly Message[];
  /** A unit of work of the jobs, in a tenant. */
  unit(tenantId: string): UnitOfWork;
  /** Runs all jobs that are due. */
  settle(): Promise<void>;
  /** Sends a GraphQL request. */
  ask(query: string, options?: Query): Promise<Answer>;
  /** Signs a token for a person. */
  tokenOf(person: { subject: string; email?: string; name?: string }, claims?: JWTPayload): Promise<string>;
};

type GatewayOptions = {
  readonly poolSize?: number;
  readonly readUrls?: readonly string[];
  readonly settings?: Partial<Settings>;
  readonly reads?: StartOptions['reads'];
  readonly compiled?: boolean;
  /** Whether the fast path fails in this test. Otherwise `stop` rejects if it did. */
  readonly expectsUnexpected?: boolean;
  readonly log?: Logger;
  readonly introspection?: StartOptions['introspection'];
  readonly corsOrigins?: StartOptions['corsOrigins'];
  /** Operations have no limit if left out. */
  readonly budget?: StartOptions['budget'];
  readonly deprecatedUseInterval?: number;
  readonly heartbeat?: number;
  readonly metrics?: StartOptions['metrics'];
  readonly traces?: StartOptions['traces'];
};

/** A gateway for a test file; see {@link useResource}. */
export const useGateway = (database: Pick<TestDatabase, 'runtimeUrl'>, options?: GatewayOptions | (() => GatewayOptions)): TestGateway =>
  useResource(
    () => startTestGateway(database, typeof options === 'function' ? options() : options),
    gateway => gateway.stop(),
  );

/** Starts the gateway on a free port, connected to a test database as the gateway's role. */
export async function startTestGateway(
  database: Pick<TestDatabase, 'runtimeUrl'>,
  {
    poolSize,
    readUrls,
    settings,
    reads,
    compiled,
    introspection,
    corsOrigins = [],
    budget = null,
    expectsUnexpected = false,
    log = createLog('silent'),
    deprecatedUseInterval,
    heartbeat,
    metrics = null,
    traces = null,
  }: GatewayOptions = {},
): Promise<TestGateway> {
  const tokens = await createIssuer();
  const clock = movableClock();
  const sent: Message[] = [];
  const unexpected: unknown[] = [];
  const onUnexpected = (error: unknown) => void unexpected.push(error);
  const jobs = openDatabase(database.runtimeUrl, { poolSize: 2, onUnexpected });
  const services = testServices({ clock, ...(settings && { settings }) });
  const dependencies = {
    clock,
    store: services.store,
    mail: { send: async (message: Message) => void sent.push(message) },
    acceptUrl: 'https://app.example/invitation#{code}',
  };
  const running = await startGateway({
    log,
    host: '127.0.0.1',
    port: 0,
    corsOrigins,
    databaseUrl: database.runtimeUrl,
    ...(poolSize && { poolSize }),
    readUrls,
    ...(reads && { reads }),
    ...(compiled !== undefined && { compiled }),
    ...(introspection && { introspection }),
    onUnexpected,
    services,
    routes: services.routes,
    tokens: tokenOptions(tokens),
    budget,
    deprecatedUseInterval,
    heartbeat,
    metrics,
    traces,
  });
  services.listening(running.url);
  return {
    ...running,
    tokens,
    clock,
    store: services.store,
    objects: services.directory,
    sent,
    unit: tenantId => jobs.bind({ tenantId, personId: null }),
    settle: async () => {
      for (const tenantId of await dueTenants(jobs.query, clock.now())) await settleTenant(jobs, dependencies, tenantId);
    },
    stop: async () => {
      await running.stop();
      await jobs.close();
      await services.remove();
      if (unexpected.length && !expectsUnexpected) throw new AggregateError(unexpected, `the fast path failed: ${unexpected[0]}`);
    },
    ask: (query, options) => ask(running.url, query, options),
    tokenOf: ({ subject, email, name }, claims) => tokens.sign({ sub: subject, ...(email && { email }), ...(name && { name }), ...claims }),
  };
}

/** Sends a GraphQL request with POST. */
export async function ask(url: string, query: string, { token, tenant, variables, headers }: Query = {}): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...(tenant && { 'x-tenant-id': tenant }),
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const { data, errors = [] } = JSON.parse(text);
  return { status: response.status, headers: response.headers, text, data, errors };
}
