import pg from 'pg';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { localeFault } from '../../../src/database/admin/locale.ts';
import { MigrationError, migrate } from '../../../src/database/admin/migrate.ts';
import { checkDatabase, UnsafeDatabaseError } from '../../../src/database/tenancy/startup-check.ts';
import { admin, withDatabase } from '../../support/database-cluster.ts';
import { asAdmin, newName } from '../../support/isolation/databases.ts';

const { adminUrl, runtime } = inject('cluster');
const names: string[] = [];
afterAll(async () => {
  for (const name of names) await asAdmin(`DROP DATABASE ${name} WITH (FORCE)`);
});

async function databaseWith(options: string): Promise<string> {
  const name = newName();
  names.push(name);
  await asAdmin(`CREATE DATABASE ${name} TEMPLATE template0 ${options}`);
  return withDatabase(adminUrl, name);
}

const faultOf = (url: string) =>
  admin(url, client =>
    localeFault(async <Row>(text: string, values: readonly unknown[]) => (await client.query(text, [...values])).rows as Row[]),
  );

/** PostgreSQL 17 brought locales of its own. */
async function hasBuiltinLocales(): Promise<boolean> {
  const { rows } = await asAdmin("SELECT current_setting('server_version_num')::int >= 170000 AS has");
  return (rows as { has: boolean }[])[0]!.has;
}

const CASE =
  /^the database's locale doesn't lower-case letters such as Ö and I as expected\. Create the database with a UTF-8 locale, .+ICU_LOCALE 'und'$/;

describe('a database', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, string, RegExp | null]>([
    ['with PostgreSQL’s own UTF-8 locale', "ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'", null],
    ['with locale C',                      "ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'",                             CASE],
    ['with locale C of PostgreSQL’s own',  "ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C' LOCALE 'C'",       CASE],
    ['with another encoding',              "ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'",                           /^the database's encoding is LATIN1\. Create /],
    ['without an encoding',                "ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'",                        /^the database's encoding is SQL_ASCII\. Create /],
  ])('%s', async (_name, options, fault) => {
    if (options.includes('BUILTIN_LOCALE') && !(await hasBuiltinLocales())) return;
    const found = await faultOf(await databaseWith(options));
    if (fault) expect(found).toMatch(fault);
    else expect(found).toBeNull();
  });

  // the recommended locale, where this build of PostgreSQL has ICU
  test('with the locale of the advice, or a language that treats I otherwise', async () => {
    const { rows } = await asAdmin("SELECT FROM pg_collation WHERE collprovider = 'i' LIMIT 1");
    if (!rows.length) return;
    expect(await faultOf(await databaseWith("ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'und'"))).toBeNull();
    expect(await faultOf(await databaseWith("ENCODING 'UTF8' LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'tr'"))).toMatch(CASE);
  });
});

describe('with locale C', () => {
  test('nothing is migrated', async () => {
    const url = await databaseWith("ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'");
    await expect(migrate({ url, runtime })).rejects.toThrow(MigrationError);
    await expect(migrate({ url, runtime })).rejects.toThrow(/^Can't migrate: the database's locale .+\.$/);
    expect(await admin(url, async client => (await client.query("SELECT to_regclass('_prisma_migrations') AS books")).rows)).toEqual([
      { books: null },
    ]);
  });

  test('the gateway does not start', async () => {
    const url = Object.assign(new URL(await databaseWith("ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'")), {
      username: runtime.name,
      password: runtime.password,
    });
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    const query = async <Row>(text: string, values: readonly unknown[]) => (await client.query(text, [...values])).rows as Row[];
    const refusal = await checkDatabase(query)
      .catch(error => error)
      .finally(() => client.end());
    expect(refusal).toBeInstanceOf(UnsafeDatabaseError);
    expect(refusal.message).toMatch(/^The gateway does not start on this database: the database's locale doesn't lower-case /);
  });
});
