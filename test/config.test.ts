import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { ConfigError, demoConfig, migrationConfig, productionConfig, verificationConfig, workerConfig } from '../src/config.ts';
import { budgetOf } from '../src/config-budget.ts';
import { settingsOf } from '../src/config-life.ts';

const GOOD = {
  DATABASE_URL: 'postgresql://ipto_gateway:secret@db.example/ipto',
  OIDC_ISSUER: 'https://issuer.example',
  OIDC_AUDIENCE: 'ipto',
  S3_BUCKET: 'objects',
};
const MESSAGES = { MESSAGES_PER_RECIPIENT: 10, MESSAGES_PER_PERSON: 200, MESSAGES_PER_TENANT: 500 };
const LIFE = {
  INVITATION_DAYS: 7,
  TRANSFER_MINUTES: 15,
  DELETION_DAYS: 30,
  FREE_TENANTS: 3,
  UPLOAD_MINUTES: 60,
  DOWNLOAD_HOURS: 24,
  ...MESSAGES,
};
const BUDGET = { COST_POINTS_WITHOUT_TENANT: 600, TRUSTED_PROXIES: [], REDIS_PREFIX: 'ipto:' };
const METRICS = { METRICS_HOST: '127.0.0.1' };
const OBSERVED = { ...METRICS, OTEL_TRACES_SAMPLER: 'parentbased_always_on', OTEL_TRACES_SAMPLER_ARG: 1 };
const WEBHOOKS = { WEBHOOK_KEYS: [], WEBHOOK_ALLOW_LOOPBACK: false };
const S3 = { S3_REGION: 'us-east-1', S3_PATH_STYLE: false };
const production = (more: NodeJS.ProcessEnv = {}) => productionConfig({ ...GOOD, ...more });

describe('production', () => {
  test('takes what is needed and fills in the rest', () => {
    expect(production()).toEqual({
      ...GOOD,
      ...LIFE,
      ...S3,
      PORT: 4000,
      HOST: '0.0.0.0',
      LOG_LEVEL: 'info',
      CORS_ORIGINS: [],
      WORKERS: 1,
      DATABASE_POOL_SIZE: 10,
      DATABASE_READ_URLS: [],
      DATABASE_NAMED_STATEMENTS: true,
      FAST_PATH: true,
      OIDC_ALGORITHMS: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      OIDC_TENANT_CLAIM: 'tenant',
      OIDC_STAFF_CLAIM: 'ipto_staff',
      OIDC_CLOCK_SKEW: 30,
      GRAPHIQL: false,
      FEDERATION: false,
      INTROSPECTION: 'signed-in',
      TRUSTED_DOCUMENTS: 'off',
      HTTP_HEADERS_TIMEOUT: 15,
      HTTP_BODY_TIMEOUT: 30,
      HTTP_IDLE_TIMEOUT: 60,
      HTTP_KEEP_ALIVE: 75,
      HTTP_MAX_CONNECTIONS: 10_000,
      STOP_DELAY: 0,
      ...BUDGET,
      ...OBSERVED,
      ...WEBHOOKS,
    });
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string, unknown]>([
    ['PORT',               '0',                                       0],
    ['PORT',               '65535',                                   65_535],
    ['HOST',               '::1',                                     '::1'],
    ['LOG_LEVEL',          'silent',                                  'silent'],
    ['CORS_ORIGINS',       'https://a.example, http://localhost:5173', ['https://a.example', 'http://localhost:5173']],
    ['DATABASE_URL',       'postgres://u@h/d',                        'postgres://u@h/d'],
    ['DATABASE_READ_URLS', 'postgres://u@h/d, postgres://u@i/d',      ['postgres://u@h/d', 'postgres://u@i/d']],
    ['WORKERS',            '4',                                       4],
    ['DATABASE_POOL_SIZE', '1',                                       1],
    ['DATABASE_NAMED_STATEMENTS', 'false',                            false],
    ['FAST_PATH',                 'off',                              false],
    ['OIDC_ISSUER',        'http://localhost:9000/realms/a',          'http://localhost:9000/realms/a'],
    ['OIDC_ISSUER',        'http://127.0.0.1:9000',                   'http://127.0.0.1:9000'],
    ['OIDC_ISSUER',        'http://[::1]:9000',                       'http://[::1]:9000'],
    ['OIDC_JWKS_URI',      'https://issuer.example/keys',             'https://issuer.example/keys'],
    ['OIDC_ALGORITHMS',    'ES256 RS512',                             ['ES256', 'RS512']],
    ['OIDC_CLOCK_SKEW',    '0',                                       0],
    ['INVITATION_DAYS',    '365',                                     365],
    ['STOP_DELAY',         '300',                                     300],
    ['TRANSFER_MINUTES',   '1',                                       1],
    ['COST_POINTS_WITHOUT_TENANT', '1',                               1],
    ['TRUSTED_PROXIES',    '10.0.0.0/8, ::1 loopback',                ['10.0.0.0/8', '::1', 'loopback']],
    ['REDIS_URL',          'rediss://redis.example:6380',             'rediss://redis.example:6380'],
    ['REDIS_PREFIX',       'staging:',                                'staging:'],
    ['METRICS_PORT',       '9464',                                    9464],
    ['METRICS_HOST',       '0.0.0.0',                                 '0.0.0.0'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'http://collector:4318',          'http://collector:4318'],
    ['OTEL_TRACES_SAMPLER', 'traceidratio',                           'traceidratio'],
    ['OTEL_TRACES_SAMPLER_ARG', '0.01',                               0.01],
    ['GRAPHIQL',           'true',                                    true],
    ['GRAPHIQL',           'false',                                   false],
    ['FEDERATION',         'true',                                    true],
    ['INTROSPECTION',      'all',                                     'all'],
    ['INTROSPECTION',      'off',                                     'off'],
    ['WEBHOOK_KEYS',       `${'A'.repeat(43)}=, ${'B'.repeat(42)}A=`,  [`${'A'.repeat(43)}=`, `${'B'.repeat(42)}A=`]],
    ['WEBHOOK_ALLOW_LOOPBACK', 'true',                                  true],
    ['TRUSTED_DOCUMENTS',  'require',                                 'require'],
    ['TRUSTED_DOCUMENTS_FILE', 'persisted-documents.json',            'persisted-documents.json'],
  ])('takes %s=%s', (name, text, value) => {
    expect(production({ [name]: text })).toMatchObject({ [name]: value });
  });

  test.each(['DATABASE_URL', 'OIDC_ISSUER', 'OIDC_AUDIENCE'])('names %s when it is missing, or empty', name => {
    const told = `${name} is missing. docs/settings.md describes them.`;
    expect(() => production({ [name]: undefined })).toThrow(new ConfigError(told));
    expect(() => production({ [name]: '' })).toThrow(new ConfigError(told));
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string]>([
    ['PORT',                 'http'],
    ['PORT',                 '-1'],
    ['PORT',                 '65536'],
    ['PORT',                 '80.5'],
    ['LOG_LEVEL',            'loud'],
    ['COST_POINTS_WITHOUT_TENANT', '0'],
    ['TRUSTED_PROXIES',      '10.0.0.0/40'],
    ['TRUSTED_PROXIES',      'balancer.example'],
    ['REDIS_URL',            'http://redis.example'],
    ['REDIS_PREFIX',         'two words'],
    ['WORKERS',              '0'],
    ['WORKERS',              'all'],
    ['STOP_DELAY',           '-1'],
    ['STOP_DELAY',           '301'],
    ['METRICS_PORT',         'metrics'],
    ['METRICS_PORT',         '65536'],
    ['METRICS_PORT',         '4000'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['OTEL_TRACES_SAMPLER',  'sometimes'],
    ['OTEL_TRACES_SAMPLER_ARG', '1.5'],
    ['CORS_ORIGINS',         '*'],
    ['CORS_ORIGINS',         'http://localhost:*'],
    ['CORS_ORIGINS',         'null'],
    ['CORS_ORIGINS',         'app.example'],
    ['CORS_ORIGINS',         'https://app.example/'],
    ['CORS_ORIGINS',         'https://a.example,https://App.example'],
    ['CORS_ORIGINS',         'ftp://app.example'],
    ['DATABASE_URL',         'mysql://u@h/d'],
    ['DATABASE_URL',         'db.example'],
    ['DATABASE_READ_URLS',   'postgres://u@h/d,db.example'],
    ['MIGRATE_DATABASE_URL', 'https://db.example'],
    ['DATABASE_POOL_SIZE',   '0'],
    ['DATABASE_POOL_SIZE',   '1001'],
    ['DATABASE_POOL_SIZE',   'many'],
    ['DATABASE_NAMED_STATEMENTS', 'no'],
    ['FAST_PATH',                 'no'],
    ['OIDC_ISSUER',          'issuer.example'],
    ['OIDC_ISSUER',          'http://issuer.example'],
    ['OIDC_ISSUER',          'http://localhost.issuer.example'],
    ['OIDC_ISSUER',          'http://127.0.0.1.issuer.example'],
    ['OIDC_ISSUER',          'file:///etc/issuer'],
    ['OIDC_ISSUER',          'urn:ipto:demo'],
    ['OIDC_JWKS_URI',        'http://issuer.example/keys'],
    ['OIDC_ALGORITHMS',      'none'],
    ['OIDC_ALGORITHMS',      'HS256'],
    ['OIDC_ALGORITHMS',      'RS256,HS256'],
    ['OIDC_ALGORITHMS',      ','],
    ['OIDC_CLOCK_SKEW',      '-1'],
    ['OIDC_CLOCK_SKEW',      '301'],
    ['INVITATION_DAYS',      '0'],
    ['INVITATION_DAYS',      '366'],
    ['TRANSFER_MINUTES',     '1.5'],
    ['DELETION_DAYS',        'never'],
    ['FREE_TENANTS',         '-3'],
    ['GRAPHIQL',             'yes'],
    ['GRAPHIQL',             '1'],
    ['FEDERATION',           'on'],
    ['INTROSPECTION',        'true'],
    ['TRUSTED_DOCUMENTS',    'on'],
    ['WEBHOOK_KEYS',         'a secret'],
    ['WEBHOOK_KEYS',         'A'.repeat(43)],
    ['WEBHOOK_KEYS',         `${'A'.repeat(42)}=`],
    ['WEBHOOK_KEYS',         Array(3).fill(`${'A'.repeat(43)}=`).join()],
    ['WEBHOOK_ALLOW_LOOPBACK', 'yes'],
  ])('names %s when it is %j', (name, text) => {
    expect(() => production({ [name]: text })).toThrow(ConfigError);
    expect(() => production({ [name]: text })).toThrow(new RegExp(`^${name} is wrong: [^;]+\\. docs/settings.md describes them\\.$`));
  });

  test('names all that is wrong at once', () => {
    expect(() => productionConfig({ PORT: 'http', OIDC_ISSUER: 'urn:ipto:demo', GRAPHIQL: 'maybe', STORE_DIRECTORY: 'objects' })).toThrow(
      /^PORT is wrong: .+; DATABASE_URL is missing; OIDC_ISSUER is wrong: .+; OIDC_AUDIENCE is missing; GRAPHIQL is wrong: .+; STORE_SECRET is missing; PUBLIC_URL is missing\./,
    );
  });

  test('never repeats a value: a URL holds a password', () => {
    const url = 'mysql://u:canary-password@h/d';
    expect(() => production({ DATABASE_URL: url, MIGRATE_DATABASE_URL: url })).toThrow(/^(?!.*canary)/s);
  });
});

describe('where objects lie', () => {
  const FOLDER = {
    STORE_DIRECTORY: '/var/lib/ipto/objects',
    STORE_SECRET: 'a secret of thirty-two characters',
    PUBLIC_URL: 'https://gateway.example',
  };
  const folder = (more: NodeJS.ProcessEnv = {}) => production({ S3_BUCKET: '', ...FOLDER, ...more });
  const told = (fault: string) => new ConfigError(`${fault}. docs/settings.md describes them.`);

  test('is a folder, or a bucket', () => {
    expect(folder()).toMatchObject(FOLDER);
    const bucket = {
      ...{ S3_BUCKET: 'my.objects', S3_REGION: 'eu-central-1', S3_ENDPOINT: 'https://minio.example:9000' },
      ...{ S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret' },
    };
    expect(production({ ...bucket, S3_PATH_STYLE: 'true' })).toMatchObject({ ...bucket, S3_PATH_STYLE: true });
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, NodeJS.ProcessEnv, string]>([
    ['neither',                     { STORE_DIRECTORY: '' },                               'STORE_DIRECTORY (or S3_BUCKET) is missing'],
    ['both',                        { S3_BUCKET: 'objects' },                              'S3_BUCKET is wrong: set either S3_BUCKET or STORE_DIRECTORY'],
    ['a folder without a secret',   { STORE_SECRET: '' },                                  'STORE_SECRET is missing'],
    ['a secret that is too short',  { STORE_SECRET: 'x'.repeat(31) },                      'STORE_SECRET is wrong: a random text of at least 32 characters'],
    ['a folder without a URL',      { PUBLIC_URL: '' },                                    'PUBLIC_URL is missing'],
    ['a URL with a path',           { PUBLIC_URL: 'https://gateway.example/api' },         'PUBLIC_URL is wrong: an origin such as https://gateway.example, without a path'],
    ['a URL that others read',      { PUBLIC_URL: 'http://gateway.example' },              'PUBLIC_URL is wrong: an https:// URL (http:// on this machine only)'],
    ['a bucket of no name',         { STORE_DIRECTORY: '', S3_BUCKET: 'My Bucket' },       'S3_BUCKET is wrong: the name of a bucket'],
    ['an endpoint that others read', { STORE_DIRECTORY: '', S3_BUCKET: 'objects', S3_ENDPOINT: 'http://minio.example' }, 'S3_ENDPOINT is wrong: an https:// URL (http:// on this machine only)'],
    ['half a key',                  { STORE_DIRECTORY: '', S3_BUCKET: 'objects', S3_ACCESS_KEY_ID: 'id' },      'S3_SECRET_ACCESS_KEY is missing'],
    ['the other half',              { STORE_DIRECTORY: '', S3_BUCKET: 'objects', S3_SECRET_ACCESS_KEY: 'key' }, 'S3_ACCESS_KEY_ID is missing'],
  ])('%s is named', (_what, more, fault) => {
    expect(() => folder(more)).toThrow(told(fault));
  });

  test('for the jobs, who give no links out, is a folder alone', () => {
    const jobs = {
      ...{ DATABASE_URL: GOOD.DATABASE_URL, SMTP_URL: 'smtps://mail.example', MAIL_FROM: 'a@b.example' },
      ...{ INVITATION_URL: 'https://app.example/{code}', STORE_DIRECTORY: '/objects' },
    };
    expect(workerConfig(jobs)).toMatchObject({ STORE_DIRECTORY: '/objects' });
    expect(() => workerConfig({ ...jobs, STORE_DIRECTORY: '' })).toThrow(told('STORE_DIRECTORY (or S3_BUCKET) is missing'));
  });
});

describe('the demo', () => {
  test('needs nothing, and listens on this machine alone', () => {
    expect(demoConfig({})).toEqual({
      ...LIFE,
      ...BUDGET,
      ...OBSERVED,
      PORT: 4000,
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      CORS_ORIGINS: [],
      INTROSPECTION: 'all',
    });
  });

  test('takes its port, its home and nothing of production', () => {
    const config = demoConfig({ PORT: '0', IPTO_HOME: '/tmp/demo', DATABASE_URL: 'nonsense', OIDC_ISSUER: 'nonsense' });
    expect(config).toMatchObject({ PORT: 0, IPTO_HOME: '/tmp/demo' });
    expect(config).not.toHaveProperty('DATABASE_URL');
  });

  test('counts an empty home as none', () => {
    expect(demoConfig({ IPTO_HOME: '' })).not.toHaveProperty('IPTO_HOME');
  });

  test('names a wrong port', () => {
    expect(() => demoConfig({ PORT: 'x' })).toThrow(/^PORT is wrong: a port\./);
  });
});

test('there is a worker for each core, if so set', () => {
  expect(production({ WORKERS: 'auto' }).WORKERS).toBe(availableParallelism());
});

test('the limits of callers without a tenant are what was set', () => {
  const set = { COST_POINTS_WITHOUT_TENANT: '7', TRUSTED_PROXIES: 'loopback' };
  const expected = { withoutTenant: 7, trustedProxies: ['loopback'] };
  expect(budgetOf(production(set))).toEqual({ ...expected, redis: null });
  const url = 'rediss://:secret@redis.example:6380/1';
  expect(budgetOf(production({ ...set, REDIS_URL: url }))).toEqual({ ...expected, redis: { url, prefix: 'ipto:' } });
  expect(budgetOf(production({ ...set, REDIS_URL: url, REDIS_PREFIX: 'b:' })).redis).toEqual({ url, prefix: 'b:' });
});

test('the durations and limits of a tenant’s life are what was set', () => {
  const set = {
    INVITATION_DAYS: '1',
    TRANSFER_MINUTES: '2',
    DELETION_DAYS: '3',
    FREE_TENANTS: '4',
    UPLOAD_MINUTES: '5',
    DOWNLOAD_HOURS: '6',
    MESSAGES_PER_RECIPIENT: '7',
    MESSAGES_PER_PERSON: '8',
    MESSAGES_PER_TENANT: '9',
  };
  expect(settingsOf(production(set))).toEqual({
    invitationDays: 1,
    transferMinutes: 2,
    deletionDays: 3,
    freeTenants: 4,
    uploadMinutes: 5,
    downloadHours: 6,
    messageLimits: { recipient: 7, person: 8, tenant: 9 },
  });
});

describe('the worker', () => {
  const WORKER = {
    DATABASE_URL: 'postgresql://ipto_gateway:secret@db.example/ipto',
    SMTP_URL: 'smtps://ipto:secret@mail.example:465',
    MAIL_FROM: 'IPTO <no-reply@ipto.example>',
    INVITATION_URL: 'https://app.example/invitation#{code}',
  };
  const worker = (more: NodeJS.ProcessEnv = {}) => workerConfig({ ...WORKER, S3_BUCKET: 'objects', ...more });

  test('takes what is needed and fills in the rest', () => {
    expect(worker()).toEqual({
      ...WORKER,
      ...S3,
      ...METRICS,
      ...{ OTEL_TRACES_SAMPLER: 'parentbased_always_on', OTEL_TRACES_SAMPLER_ARG: 1 },
      ...WEBHOOKS,
      S3_BUCKET: 'objects',
      WORKER_CONCURRENCY: 2,
      WEBHOOK_CONCURRENCY: 16,
      LOG_LEVEL: 'info',
    });
  });

  test.each(Object.keys(WORKER))('names %s when it is missing', name => {
    expect(() => worker({ [name]: '' })).toThrow(`${name} is missing.`);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string]>([
    ['SMTP_URL',           'https://mail.example'],
    ['SMTP_URL',           'mail.example'],
    ['MAIL_FROM',          'nobody'],
    ['MAIL_FROM',          'a@b.example\r\nBcc: c@d.example'],
    ['INVITATION_URL',     'https://app.example/invitation'],
    ['INVITATION_URL',     'http://app.example/invitation#{code}'],
    ['WORKER_CONCURRENCY', '0'],
    ['WORKER_CONCURRENCY', '65'],
  ])('names %s when it is %j', (name, text) => {
    expect(() => worker({ [name]: text })).toThrow(new RegExp(`^${name} is wrong: [^;]+\\. docs/settings.md describes them\\.$`));
  });
});

test('verifying the audit log takes one URL', () => {
  expect(verificationConfig({ DATABASE_URL: 'postgresql://a@h/d' })).toEqual({ DATABASE_URL: 'postgresql://a@h/d' });
  expect(() => verificationConfig({})).toThrow(/^DATABASE_URL is missing\./);
});

describe('migrating', () => {
  test('takes one URL or two, and no settings of serving', () => {
    expect(migrationConfig({ DATABASE_URL: 'postgresql://a@h/d' })).toEqual({ DATABASE_URL: 'postgresql://a@h/d' });
    const two = { DATABASE_URL: 'postgresql://a@h/d', MIGRATE_DATABASE_URL: 'postgresql://b@h/d' };
    expect(migrationConfig({ ...two, OIDC_ISSUER: 'nonsense' })).toEqual(two);
  });

  test('names what is missing or wrong', () => {
    expect(() => migrationConfig({})).toThrow(/^DATABASE_URL is missing\./);
    expect(() => migrationConfig({ DATABASE_URL: 'x', MIGRATE_DATABASE_URL: 'y' })).toThrow(
      /^DATABASE_URL is wrong: a postgresql:\/\/ URL; MIGRATE_DATABASE_URL is wrong: a postgresql:\/\/ URL\./,
    );
  });
});
