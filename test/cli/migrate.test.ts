import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { withDatabase } from '../support/database-cluster.ts';
import { run, start } from './command.ts';

/**
 * The roles that a superuser's migration makes. They belong to the whole cluster, and other
 * databases may be using them.
 */
const [GATEWAY, OWNER] = ['ipto_gateway', 'ipto_owner'];

const { adminUrl } = inject('cluster');
const made: string[] = [];
let url: string;
let name: string;

async function sql<Row extends pg.QueryResultRow>(text: string, at = adminUrl): Promise<Row[]> {
  const client = new pg.Client({ connectionString: at });
  await client.connect();
  return client
    .query<Row>(text)
    .then(({ rows }) => rows)
    .finally(() => client.end());
}

beforeEach(async () => {
  name = `ipto_migrate_${randomBytes(4).toString('hex')}`;
  await sql(`CREATE DATABASE ${name}`);
  made.push(name);
  url = withDatabase(adminUrl, name);
});
afterEach(async () => {
  for (const database of made.splice(0)) await sql(`DROP DATABASE ${database} WITH (FORCE)`);
});
afterAll(async () => {
  // somebody else's database still uses it
  await sql(`DROP ROLE IF EXISTS ${GATEWAY}`).catch(() => undefined);
});

const ISSUER = { OIDC_ISSUER: 'https://issuer.example', OIDC_AUDIENCE: 'ipto', HOST: '127.0.0.1', PORT: '0', S3_BUCKET: 'objects' };

/** Whether `start` serves with a URL, and its error otherwise. */
async function servesUnder(databaseUrl: string): Promise<string> {
  const command = start(['start'], { ...ISSUER, DATABASE_URL: databaseUrl });
  const result = await command.says(/"msg":"serving"/).then(
    () => 'serves',
    () => command.err(),
  );
  await command.kill('SIGTERM');
  return result;
}

describe('npm run migrate', () => {
  test('without a URL names the missing setting in one sentence', async () => {
    expect(await run(['migrate'])).toEqual({
      code: 1,
      out: '',
      err: 'DATABASE_URL is missing. docs/settings.md describes them.\n',
    });
  });

  test('reports an unreachable database in one sentence', async () => {
    const { code, err } = await run(['migrate'], { DATABASE_URL: 'postgresql://postgres:canary@127.0.0.1:1/postgres' });
    expect(code).toBe(1);
    expect(err).toMatch(/^Cannot reach the database: .*ECONNREFUSED.*\n$/);
    expect(err).not.toMatch(/canary|^ +at /m);
  });

  test('as superuser creates the roles, prints the URL to serve with, and has nothing to do the second time', async ({ skip }) => {
    const free = await sql(`DROP ROLE IF EXISTS ${GATEWAY}`).then(
      () => true,
      () => false,
    );
    skip(!free, `another database of this cluster uses the role ${GATEWAY}`);
    const first = await run(['migrate'], { DATABASE_URL: url });
    expect(first.code).toBe(0);
    expect(first.err).toMatch(
      /^applying \d+_\w+\n(.+\n)*\d+ applied\.\nStart the gateway with this URL. Its password is not shown again:\n$/,
    );
    const served = /^DATABASE_URL=(postgresql:\/\/ipto_gateway:[\w-]{32}@\S+)\n$/.exec(first.out)![1]!;
    expect(await sql(`SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname IN ('${GATEWAY}', '${OWNER}')`)).toEqual([
      { rolsuper: false, rolbypassrls: false, rolcreaterole: false },
      { rolsuper: false, rolbypassrls: false, rolcreaterole: false },
    ]);
    expect(await servesUnder(served)).toBe('serves');

    const second = await run(['migrate'], { DATABASE_URL: url });
    expect(second.code).toBe(0);
    expect(second.err).toBe('Nothing to apply.\nStart the gateway with:\n');
    expect(second.out).toMatch(/^DATABASE_URL=postgresql:\/\/ipto_gateway:<the password that the first run printed>@\S+\n$/);
    expect(await servesUnder(served)).toBe('serves');
  });

  test('with two URLs migrates with the first, prepares the role of the second, and prints no password', async () => {
    const role = `${name}_role`;
    const runtime = Object.assign(new URL(url), { username: role, password: 'p%40ss' }).href;
    try {
      const { code, out, err } = await run(['migrate'], { DATABASE_URL: runtime, MIGRATE_DATABASE_URL: url });
      expect({ code, out }).toEqual({ code: 0, out: '' });
      expect(err).toMatch(/ applied\.\n$/);
      expect(await servesUnder(runtime)).toBe('serves');
      expect(await run(['migrate'], { DATABASE_URL: runtime, MIGRATE_DATABASE_URL: url })).toEqual({
        code: 0,
        out: '',
        err: 'Nothing to apply.\n',
      });
    } finally {
      await sql(`DROP OWNED BY ${role}`, url).catch(() => undefined);
      await sql(`DROP ROLE IF EXISTS ${role}`);
    }
  });

  test('is part of the start when both URLs are set', async () => {
    const role = `${name}_role`;
    const runtime = Object.assign(new URL(url), { username: role, password: 'secret' }).href;
    expect(await servesUnder(runtime)).toMatch(/^The database refuses connections: .+\.\n$/);
    const command = start(['start'], { ...ISSUER, DATABASE_URL: runtime, MIGRATE_DATABASE_URL: url });
    try {
      await command.says(/"msg":"serving"/);
      expect(await command.kill('SIGTERM')).toBe(0);
    } finally {
      await command.kill();
      await sql(`DROP OWNED BY ${role}`, url).catch(() => undefined);
      await sql(`DROP ROLE IF EXISTS ${role}`);
    }
  });

  test('has to run before the start, which is refused otherwise and says what to do', async () => {
    const role = `${name}_role`;
    await sql(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    try {
      const runtime = Object.assign(new URL(url), { username: role, password: 'secret' }).href;
      expect(await servesUnder(runtime)).toMatch(
        /^The gateway does not start on this database: .*lacks the migration \S+.*: run `npm run migrate`\.\n$/,
      );
    } finally {
      await sql(`DROP ROLE ${role}`);
    }
  });
});
