import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, describe, expect, inject, test } from 'vitest';
import { MigrationError, migrate, migrationsIn } from '../../../src/database/admin/migrate.ts';
import { startTestGateway } from '../../support/gateway.ts';
import { asAdmin, emptyDatabase, newName, newRole } from '../../support/isolation/databases.ts';

const FOLDER = path.join(import.meta.dirname, '../../../prisma/migrations');
const FIRST = '20261123120000_tenancy';
const drops: (() => Promise<unknown>)[] = [];
const folders: string[] = [];
afterEach(async () => {
  for (const drop of drops.splice(0).reverse()) await drop();
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const empty = async (owner?: string) => {
  const made = await emptyDatabase(owner);
  drops.push(made.drop);
  return made;
};
const runtime = () => inject('cluster').runtime;

/** A copy of the migrations, with files put in. */
function copyWith(files: Readonly<Record<string, (sql: string) => string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'ipto-migrations-'));
  folders.push(folder);
  cpSync(FOLDER, folder, { recursive: true });
  for (const [name, change] of Object.entries(files)) {
    const file = path.join(folder, name, 'migration.sql');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, change(name === FIRST ? readFileSync(file, 'utf8') : ''));
  }
  return folder;
}
const books = async (database: string) =>
  (await asAdmin('SELECT migration_name AS name, finished_at IS NOT NULL AS finished, logs FROM _prisma_migrations ORDER BY 1', database))
    .rows;

describe('migrate', () => {
  test('applies what is pending once, and reports progress', async () => {
    const { url, name } = await empty();
    const lines: string[] = [];
    const onProgress = (line: string) => lines.push(line);
    expect(await migrate({ url, runtime: runtime(), onProgress })).toEqual({ applied: migrationsIn(), isRoleCreated: false });
    expect(lines).toEqual(migrationsIn().map(migration => `applying ${migration}`));
    expect(await migrate({ url, runtime: runtime(), onProgress })).toEqual({ applied: [], isRoleCreated: false });
    expect(await books(name)).toEqual(migrationsIn().map(migration => ({ name: migration, finished: true, logs: null })));
  });

  test('of five at once, one applies and the others wait and find nothing to do', async () => {
    const { url, name } = await empty();
    const runs = await Promise.all(Array.from({ length: 5 }, () => migrate({ url, runtime: runtime() })));
    expect(runs.filter(({ applied }) => applied.length)).toEqual([{ applied: migrationsIn(), isRoleCreated: false }]);
    expect(await books(name)).toHaveLength(migrationsIn().length);
  });

  test('applies a new migration to a database that has the others', async () => {
    const { url, name } = await empty();
    await migrate({ url, runtime: runtime() });
    const folder = copyWith({ '20990101000000_more': () => 'CREATE TABLE more (id int)' });
    expect(await migrate({ url, runtime: runtime(), folder })).toMatchObject({ applied: ['20990101000000_more'] });
    expect((await asAdmin("SELECT to_regclass('more') IS NOT NULL AS made", name)).rows).toEqual([{ made: true }]);
  });

  test('stops at a migration that was edited after it was applied, but not at one whose line ends changed', async () => {
    const { url } = await empty();
    await migrate({ url, runtime: runtime() });
    const windows = copyWith({ [FIRST]: sql => sql.replace(/\n/g, '\r\n') });
    expect(await migrate({ url, runtime: runtime(), folder: windows })).toMatchObject({ applied: [] });
    const edited = copyWith({ [FIRST]: sql => `${sql}\n-- later` });
    await expect(migrate({ url, runtime: runtime(), folder: edited })).rejects.toThrow(
      new MigrationError(`migration ${FIRST} was edited after it was applied`),
    );
  });

  test('stops at a migration that is applied but not part of the build', async () => {
    const { url } = await empty();
    const folder = copyWith({ '20990101000000_newer': () => 'CREATE TABLE newer (id int)' });
    await migrate({ url, runtime: runtime(), folder });
    await expect(migrate({ url, runtime: runtime() })).rejects.toThrow(
      new MigrationError("migration 20990101000000_newer is applied to this database but isn't part of this build"),
    );
  });

  test('leaves nothing of a migration that fails, keeps what went before, and stops until it is repaired', async () => {
    const { url, name } = await empty();
    const folder = copyWith({ '20990101000000_half': () => 'CREATE TABLE half (id int); SELECT 1/0; CREATE TABLE other (id int);' });
    await expect(migrate({ url, runtime: runtime(), folder })).rejects.toThrow(
      new MigrationError('migration 20990101000000_half failed: division by zero'),
    );
    expect((await asAdmin("SELECT to_regclass('half') AS half, to_regclass('plan')::text AS plan", name)).rows).toEqual([
      { half: null, plan: 'plan' },
    ]);
    expect(await books(name)).toEqual([
      ...migrationsIn().map(migration => ({ name: migration, finished: true, logs: null })),
      { name: '20990101000000_half', finished: false, logs: 'division by zero' },
    ]);
    await expect(migrate({ url, runtime: runtime(), folder })).rejects.toThrow(
      new MigrationError(
        'migration 20990101000000_half failed earlier: division by zero. Fix the cause, then delete its row from _prisma_migrations',
      ),
    );
  });
});

describe('the roles', () => {
  test('are created once if they are missing, with the given password', async () => {
    const made = { name: newName(), password: `it's "quoted"` };
    drops.push(() => asAdmin(`DROP ROLE ${made.name}`));
    const { url, name } = await empty();
    expect(await migrate({ url, runtime: made })).toMatchObject({ isRoleCreated: true });
    expect(await migrate({ url, runtime: { ...made, password: 'another' } })).toMatchObject({ isRoleCreated: false });
    const { host, port } = new pg.Client(url);
    const client = new pg.Client({ host, port, user: made.name, password: made.password, database: name });
    await client.connect();
    expect((await client.query('SELECT count(*)::int AS plans FROM plan')).rows).toEqual([{ plans: 4 }]);
    await client.end();
  });

  test('lose all other privileges', async () => {
    const role = await newRole();
    drops.push(() => asAdmin(`DROP ROLE ${role.name}`));
    const { url, name } = await empty();
    await migrate({ url, runtime: role });
    await asAdmin(
      `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role.name}; GRANT UPDATE (person_id) ON membership TO ${role.name}; GRANT EXECUTE ON FUNCTION claim_slug TO ${role.name}`,
      name,
    );
    await migrate({ url, runtime: role });
    const may = `SELECT has_table_privilege('${role.name}', 'audit_event', 'DELETE') AS deletes, has_table_privilege('${role.name}', 'membership', 'TRUNCATE') AS truncates,
      has_column_privilege('${role.name}', 'membership', 'person_id', 'UPDATE') AS updates, has_any_column_privilege('${role.name}', 'audit_event', 'UPDATE') AS rewrites,
      has_table_privilege('${role.name}', 'slug_claim', 'SELECT') AS reads, has_function_privilege('${role.name}', 'claim_slug()', 'EXECUTE') AS calls`;
    expect((await asAdmin(may, name)).rows).toEqual([
      { deletes: false, truncates: false, updates: false, rewrites: false, reads: false, calls: false },
    ]);
  });

  test('may exist: an owner that is no superuser migrates, and the gateway serves as another role', async () => {
    const owner = await newRole();
    const serving = await newRole();
    drops.push(() => asAdmin(`DROP ROLE ${owner.name}; DROP ROLE ${serving.name}`));
    const { name } = await empty(owner.name);
    expect(await migrate({ url: owner.url(name), runtime: serving })).toEqual({ applied: migrationsIn(), isRoleCreated: false });
    expect(await migrate({ url: owner.url(name), runtime: serving })).toEqual({ applied: [], isRoleCreated: false });

    await expect(startTestGateway({ runtimeUrl: owner.url(name) })).rejects.toThrow('owns tables or functions');
    const gateway = await startTestGateway({ runtimeUrl: serving.url(name) });
    const token = await gateway.tokenOf({ subject: 'first', email: 'first@people.example', name: 'First' });
    const founded = await gateway.ask('mutation { createTenant(input: { name: "Prepared" }) { membership { slug roles } } }', { token });
    expect(founded.data).toEqual({ createTenant: { membership: { slug: 'prepared', roles: ['OWNER'] } } });
    const taken = await gateway.ask('mutation { createTenant(input: { name: "Prepared" }) { membership { slug } } }', { token });
    expect(taken.errors).toMatchObject([{ extensions: { code: 'CONFLICT' } }]);
    const renamed = await gateway.ask('mutation { renameTenant(input: { name: "Renamed" }) { tenant { name memberCount } } }', { token });
    expect(renamed.data).toEqual({ renameTenant: { tenant: { name: 'Renamed', memberCount: 1 } } });
    await gateway.stop();
  });
});
