import { z } from 'zod';

/** A setting is missing or wrong. The message names each, and what it should be. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const list = (of: string) =>
  z
    .string()
    .default(of)
    .transform(text => text.split(/[\s,]+/).filter(Boolean));
const isOrigin = (text: string) => /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
const origins = list('').refine(texts => texts.every(isOrigin), 'origins such as https://app.example, without a path');
const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform(text => text === 'true');
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'a postgresql:// URL' });

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
/** A secret channel: https, or this machine itself. */
const trusted = (text: string) => {
  if (!URL.canParse(text)) return true; // told already
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
};
const trustedUrl = z.url({ error: 'a URL' }).refine(trusted, 'an https:// URL (http:// on this machine only)');

/** Signature algorithms that a token may have: asymmetric ones, so that whoever verifies can't sign. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'];

const server = z.object({
  PORT: z.coerce.number({ error: 'a port' }).int('a port').min(0, 'a port').max(65_535, 'a port').default(4000),
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  CORS_ORIGINS: origins,
});

const production = server.extend({
  HOST: z.string().default('0.0.0.0'),
  DATABASE_URL: postgresUrl,
  MIGRATE_DATABASE_URL: postgresUrl.optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(1_000).default(10),
  OIDC_ISSUER: trustedUrl,
  OIDC_AUDIENCE: z.string().min(1, 'the audience of the tokens'),
  OIDC_JWKS_URI: trustedUrl.optional(),
  OIDC_ALGORITHMS: list('RS256,PS256,ES256,EdDSA').refine(
    names => names.length > 0 && names.every(name => ALGORITHMS.includes(name)),
    `some of ${ALGORITHMS.join(', ')}`,
  ),
  OIDC_TENANT_CLAIM: z.string().min(1).default('tenant'),
  OIDC_STAFF_CLAIM: z.string().min(1).default('ipto_staff'),
  OIDC_CLOCK_SKEW: z.coerce.number().int().min(0).max(300).default(30),
  GRAPHIQL: flag,
});

const demo = server.extend({ IPTO_HOME: z.string().optional(), LOG_LEVEL: server.shape.LOG_LEVEL.unwrap().default('warn') });

const migration = z.object({ DATABASE_URL: postgresUrl, MIGRATE_DATABASE_URL: postgresUrl.optional() });

/** Settings of `npm start`. */
export type ProductionConfig = z.infer<typeof production>;
/** Settings of `npm run demo`. */
export type DemoConfig = z.infer<typeof demo>;
/** Settings of `npm run migrate`. */
export type MigrationConfig = z.infer<typeof migration>;

function read<Schema extends z.ZodType>(schema: Schema, environment: NodeJS.ProcessEnv): z.infer<Schema> {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { success, data, error } = schema.safeParse(set);
  if (success) return data;
  const faults = error.issues.map(({ path, message }) => {
    const name = path.join('.');
    return set[name] === undefined ? `${name} is missing` : `${name} is wrong: ${message}`;
  });
  throw new ConfigError(`${faults.join('; ')}. README.md, "Settings", says what each is.`);
}

/**
 * The settings of a command, from the environment: the only place that reads it. An empty variable counts as unset.
 *
 * @throws {ConfigError} naming every setting that is missing or wrong.
 */
export const productionConfig = (environment: NodeJS.ProcessEnv = process.env): ProductionConfig => read(production, environment);
export const demoConfig = (environment: NodeJS.ProcessEnv = process.env): DemoConfig => read(demo, environment);
export const migrationConfig = (environment: NodeJS.ProcessEnv = process.env): MigrationConfig => read(migration, environment);
