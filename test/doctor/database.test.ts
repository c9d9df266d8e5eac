import { afterEach, describe, expect, inject, test, vi } from 'vitest';
import { migrationsIn } from '../../src/database/admin/migrate.ts';
import { databaseGroup } from '../../src/doctor/database.ts';
import { useDatabase } from '../support/database.ts';
import { asAdmin, emptyDatabase, newName, newRole } from '../support/isolation/databases.ts';
import { hasPgBouncer, startPgBouncer } from '../support/isolation/pgbouncer.ts';
import { complaints, findings } from './config.ts';

const database = useDatabase();
const examined = async (settings: Record<string, string>) => await findings(databaseGroup, settings);
/** What is said beside the version of pg_dump, which depends on this machine. */
const said = async (settings: Record<string, string>) => complaints(await examined(settings)).filter(line => !line.includes('pg_dump'));
const WORKER = { SMTP_URL: 'smtp://127.0.0.1:1' };

afterEach(() => void vi.useRealTimers());

describe('the doctor and the database', () => {
  test('finds nothing wrong with a migrated database and the role that migrate creates', async () => {
    const found = await examined({ ...WORKER, DATABASE_URL: database.runtimeUrl, MIGRATE_DATABASE_URL: database.adminUrl });
    expect(complaints(found).filter(line => !line.includes('pg_dump'))).toEqual([]);
    expect(found.map(({ check }) => check)).toEqual([
      ...[
        'PostgreSQL',
        'locale',
        'role',
        'migrations',
        'row-level security',
        'privileges',
        'time limits',
        'clock of the database',
        'pg_dump',
      ],
      ...['MIGRATE_DATABASE_URL', 'database of the worker'],
    ]);
  });

  test('T6: names a superuser, and a role with BYPASSRLS', async () => {
    const { username } = new URL(database.adminUrl);
    expect(await said({ DATABASE_URL: database.adminUrl })).toEqual([
      `wrong role: role ${username} is a superuser, which row-level security does not restrict`,
    ]);
    const role = await newRole('BYPASSRLS');
    expect(await said({ DATABASE_URL: role.url(database.name) })).toContain(`wrong role: role ${role.name} has BYPASSRLS`);
    await asAdmin(`DROP ROLE ${role.name}`);
  });

  test('T6: names a table without row-level security, and one that the role may not read', async () => {
    const { name } = inject('cluster').runtime;
    await asAdmin(`ALTER TABLE dataset NO FORCE ROW LEVEL SECURITY; REVOKE ALL ON listing FROM ${name}`, database.name);
    expect(await said({ DATABASE_URL: database.runtimeUrl })).toEqual([
      'wrong row-level security: not forced on dataset',
      "wrong privileges: the role can't read listing",
    ]);
    await asAdmin(`ALTER TABLE dataset FORCE ROW LEVEL SECURITY; GRANT SELECT ON listing TO ${name}`, database.name);
  });

  test('names missing migrations, and the command that applies them', async () => {
    const empty = await emptyDatabase();
    const { name, password } = inject('cluster').runtime;
    const found = await examined({ DATABASE_URL: Object.assign(new URL(empty.url), { username: name, password }).href });
    await empty.drop();
    const all = migrationsIn();
    expect(found).toContainEqual({
      check: 'migrations',
      outcome: 'wrong',
      what: `${all.length} are missing, from ${all[0]} on`,
      fix: '`ipto migrate`',
    });
  });

  test('names a locale that changes ASCII letters alone', async () => {
    const name = newName();
    await asAdmin(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'`);
    const { username, password } = new URL(database.runtimeUrl);
    const url = Object.assign(new URL(database.runtimeUrl), { pathname: `/${name}`, username, password }).href;
    expect(await said({ DATABASE_URL: url })).toContain(
      "wrong locale: the database's locale doesn't lower-case letters such as Ö and I as expected",
    );
    await asAdmin(`DROP DATABASE ${name} WITH (FORCE)`);
  });

  test('tells a wrong password, which is wrong, from an unreachable server, which is unknown', async () => {
    const refused = Object.assign(new URL(database.runtimeUrl), { password: 'canary' }).href;
    const [first, ...others] = await examined({ DATABASE_URL: refused });
    expect(others).toEqual([]);
    // A local cluster may trust everybody.
    if (first!.check === 'database') {
      expect(first).toMatchObject({ outcome: 'wrong', what: expect.stringContaining('password authentication failed') });
      expect(first!.fix).toContain('`ipto role password`');
    }
    const away = await examined({ DATABASE_URL: 'postgresql://ipto_gateway:canary@127.0.0.1:1/ipto' });
    expect(away).toMatchObject([
      { check: 'database', outcome: 'unchecked', what: expect.stringMatching(/^127\.0\.0\.1:1 is unreachable: /) },
    ]);
    expect(JSON.stringify([first, away])).not.toContain('canary');
  });

  test('names a clock that differs by more than OIDC_CLOCK_SKEW', async () => {
    const now = Date.now();
    for (const offset of [-90_000, 90_000]) {
      vi.useFakeTimers({ toFake: ['Date'], now: now + offset });
      expect(await said({ DATABASE_URL: database.runtimeUrl, OIDC_CLOCK_SKEW: '20' })).toEqual([
        expect.stringMatching(/^wrong clock of the database: differs by (8\d|9\d) s$/),
      ]);
    }
    expect(await said({ DATABASE_URL: database.runtimeUrl, OIDC_CLOCK_SKEW: '200' })).toEqual([]);
  });

  test('names a migrator and a worker under the wrong role', async () => {
    expect(await said({ DATABASE_URL: database.runtimeUrl, MIGRATE_DATABASE_URL: database.runtimeUrl })).toEqual([
      'wrong MIGRATE_DATABASE_URL: names the same role as DATABASE_URL',
    ]);
    expect(await said({ ...WORKER, DATABASE_URL: database.runtimeUrl, WORKER_DATABASE_URL: database.adminUrl })).toEqual([
      'wrong database of the worker: names another role than DATABASE_URL',
    ]);
  });

  test.skipIf(!hasPgBouncer())('names a pooler in front of the worker and of the migrations, where it does not work', async () => {
    const bouncer = await startPgBouncer(database.runtimeUrl, { connections: 3 });
    const admin = await startPgBouncer(database.adminUrl, { connections: 1 });
    try {
      expect(await said({ DATABASE_URL: bouncer.url })).toEqual([]);
      expect(await said({ ...WORKER, DATABASE_URL: bouncer.url, MIGRATE_DATABASE_URL: admin.url })).toEqual([
        'wrong MIGRATE_DATABASE_URL: goes through a pooler',
        'wrong database of the worker: goes through a pooler',
      ]);
      expect(await said({ ...WORKER, DATABASE_URL: bouncer.url, WORKER_DATABASE_URL: database.runtimeUrl })).toEqual([]);
    } finally {
      await bouncer.stop();
      await admin.stop();
    }
  });
});
