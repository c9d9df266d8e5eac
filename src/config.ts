import * as z from 'zod';
import { budget } from './config-budget.ts';
import { graphql, introspectionOf } from './config-graphql.ts';
import { life } from './config-life.ts';
import { metrics, metricsFaults, traces } from './config-observe.ts';
import { folderLinks, store, storeFaults } from './config-store.ts';
import {
  ALGORITHMS,
  count,
  type Environment,
  flagOf,
  isPostgresUrl,
  list,
  origins,
  postgresUrl,
  secretsIn,
  trustedUrl,
  workers,
} from './config-values.ts';
import { webhooks } from './config-webhook.ts';
import { SERVER_LIMITS, type ServerLimits } from './http/server/limits.ts';

/** Settings are missing or wrong. The message names each and what it should be. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const server = z.object({
  PORT: z.coerce.number({ error: 'a port' }).int('a port').min(0, 'a port').max(65_535, 'a port').default(4000),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  CORS_ORIGINS: origins,
});

const SECONDS = 'a whole number of seconds from 0 to 300';

const http = z.object({
  HTTP_HEADERS_TIMEOUT: count(600, SERVER_LIMITS.headersTimeout),
  HTTP_BODY_TIMEOUT: count(600, SERVER_LIMITS.bodyTimeout),
  HTTP_IDLE_TIMEOUT: count(3_600, SERVER_LIMITS.idleTimeout),
  HTTP_KEEP_ALIVE: count(3_600, SERVER_LIMITS.keepAliveTimeout),
  HTTP_MAX_CONNECTIONS: count(1_000_000, SERVER_LIMITS.maxConnections),
  STOP_DELAY: z.coerce.number({ error: SECONDS }).int(SECONDS).min(0, SECONDS).max(300, SECONDS).default(0),
});

const mailUrl = z.url({ protocol: /^smtps?$/, error: 'an smtp:// or smtps:// URL' });

const production = server
  .extend({
    ...http.shape,
    ...budget.shape,
    ...life.shape,
    ...store.shape,
    ...folderLinks.shape,
    ...webhooks.shape,
    ...metrics.shape,
    ...traces.shape,
  })
  .extend({
    HOST: z.string().default('0.0.0.0'),
    DATABASE_URL: postgresUrl,
    DATABASE_READ_URLS: list('').refine(texts => texts.every(isPostgresUrl), 'postgresql:// URLs, separated by commas'),
    MIGRATE_DATABASE_URL: postgresUrl.optional(),
    WORKERS: workers,
    DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(1_000).default(10),
    DATABASE_NAMED_STATEMENTS: flagOf('true'),
    OIDC_ISSUER: trustedUrl,
    OIDC_AUDIENCE: z.string().min(1, 'the audience of the tokens'),
    OIDC_JWKS_URI: trustedUrl.optional(),
    OIDC_ALGORITHMS: list('RS256,PS256,ES256,EdDSA').refine(
      names => names.length > 0 && names.every(name => ALGORITHMS.includes(name)),
      `a list of ${ALGORITHMS.join(', ')}`,
    ),
    OIDC_TENANT_CLAIM: z.string().min(1).default('tenant'),
    OIDC_STAFF_CLAIM: z.string().min(1).default('ipto_staff'),
    OIDC_CLOCK_SKEW: z.coerce.number().int().min(0).max(300).default(30),
    ...graphql.shape,
  });

const worker = z.object({
  ...store.shape,
  ...webhooks.shape,
  ...metrics.shape,
  ...traces.shape,
  DATABASE_URL: postgresUrl,
  WORKER_DATABASE_URL: postgresUrl.optional(),
  WORKER_CONCURRENCY: count(64, 2),
  WEBHOOK_CONCURRENCY: count(256, 16),
  SMTP_URL: mailUrl,
  MAIL_FROM: z.string().regex(/^[^\r\n]*@[^\r\n]+$/, 'an address, such as IPTO <no-reply@ipto.example>'),
  INVITATION_URL: trustedUrl.refine(text => text.includes('{code}'), 'a URL that contains {code}'),
  LOG_LEVEL: server.shape.LOG_LEVEL,
});

const demo = server.extend({ ...life.shape, ...budget.shape, ...metrics.shape, ...traces.shape }).extend({
  IPTO_HOME: z.string().optional(),
  LOG_LEVEL: server.shape.LOG_LEVEL.unwrap().default('warn'),
  INTROSPECTION: introspectionOf('all'),
  TRUSTED_DOCUMENTS_FILE: graphql.shape.TRUSTED_DOCUMENTS_FILE,
});

const migration = z.object({ DATABASE_URL: postgresUrl, MIGRATE_DATABASE_URL: postgresUrl.optional() });

const keyRotation = z.object({ ...webhooks.shape, DATABASE_URL: postgresUrl });

const verification = z.object({ DATABASE_URL: postgresUrl });

/** Settings of `npm start`. */
export type ProductionConfig = z.infer<typeof production>;
/** Settings of `npm run demo`. */
export type DemoConfig = z.infer<typeof demo>;
/** Settings of `npm run worker`. */
export type WorkerConfig = z.infer<typeof worker>;
/** Settings of `npm run migrate`. */
export type MigrationConfig = z.infer<typeof migration>;
/** Settings of `npm run audit:verify`. */
export type VerificationConfig = z.infer<typeof verification>;

/** Faults that more than one setting makes together. */
type MoreFaults = (set: Environment) => readonly string[];

const gatewayFaults: MoreFaults = set => [...storeFaults(true)(set), ...metricsFaults(set)];

function parse<Schema extends z.ZodType>(schema: Schema, environment: Environment, more: MoreFaults = () => []) {
  const set = nonEmpty(environment);
  const { data, error } = schema.safeParse(set);
  const faults = (error?.issues ?? []).map(({ path, message }) => {
    const name = path.join('.');
    return set[name] === undefined ? `${name} is missing` : `${name} is wrong: ${message}`;
  });
  return { data: data as z.infer<Schema>, faults: [...faults, ...more(set)] };
}

const nonEmpty = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));

function read<Schema extends z.ZodType>(schema: Schema, environment: Environment, more?: MoreFaults): z.infer<Schema> {
  const { data, faults } = parse(schema, environment, more);
  if (!faults.length) return data;
  throw new ConfigError(`${faults.join('; ')}. docs/settings.md describes them.`);
}

/**
 * The settings of a command. Only this file reads the environment. An empty variable counts as
 * unset.
 *
 * @throws {ConfigError} naming every setting that is missing or wrong.
 */
export const productionConfig = (environment: NodeJS.ProcessEnv = process.env): ProductionConfig =>
  read(production, environment, gatewayFaults);
export const demoConfig = (environment: NodeJS.ProcessEnv = process.env): DemoConfig => read(demo, environment, metricsFaults);
export const workerConfig = (environment: NodeJS.ProcessEnv = process.env): WorkerConfig => read(worker, environment, storeFaults(false));
export const migrationConfig = (environment: NodeJS.ProcessEnv = process.env): MigrationConfig => read(migration, environment);
/** Settings of `ipto webhook rotate-keys`. */
export const keyRotationConfig = (environment: NodeJS.ProcessEnv = process.env) => read(keyRotation, environment);
export const verificationConfig = (environment: NodeJS.ProcessEnv = process.env): VerificationConfig => read(verification, environment);

/**
 * Settings as `ipto doctor` examines them: those that are right, and what is wrong with the rest.
 */
export type DoctorConfig = {
  readonly values: Partial<ProductionConfig & WorkerConfig>;
  readonly faults: { readonly gateway: readonly string[]; readonly worker: readonly string[] };
  /** Whether a setting of the worker's alone is set. */
  readonly isWorker: boolean;
  /** Texts that must not be printed. */
  readonly secrets: readonly string[];
};

export function doctorConfig(environment: Environment = process.env): DoctorConfig {
  const set = nonEmpty(environment);
  const values = Object.entries({ ...worker.shape, ...production.shape }).flatMap(([name, type]) => {
    const { success, data } = type.safeParse(set[name]);
    return success ? [[name, data]] : [];
  });
  return {
    values: Object.fromEntries(values),
    faults: { gateway: parse(production, set, gatewayFaults).faults, worker: parse(worker, set, storeFaults(false)).faults },
    isWorker: Boolean(set.SMTP_URL ?? set.MAIL_FROM ?? set.INVITATION_URL),
    secrets: secretsIn(set),
  };
}

/** How operations and reads run: what `FAST_PATH` switches, and whether statements are named. */
export const fastPathOf = (config: Pick<ProductionConfig, 'FAST_PATH' | 'DATABASE_NAMED_STATEMENTS'>) => ({
  compiled: config.FAST_PATH,
  reads: { naming: config.DATABASE_NAMED_STATEMENTS, singly: config.FAST_PATH },
});

export const serverLimitsOf = (config: z.infer<typeof http>): ServerLimits => ({
  headersTimeout: config.HTTP_HEADERS_TIMEOUT,
  bodyTimeout: config.HTTP_BODY_TIMEOUT,
  idleTimeout: config.HTTP_IDLE_TIMEOUT,
  keepAliveTimeout: config.HTTP_KEEP_ALIVE,
  maxConnections: config.HTTP_MAX_CONNECTIONS,
});
