import pg from 'pg';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { migrationsIn } from '../../../src/database/admin/migrate.ts';
import { checkDatabase, UnsafeDatabaseError } from '../../../src/database/tenancy/startup-check.ts';
import { useDatabase } from '../../support/database.ts';
import { startTestGateway } from '../../support/gateway.ts';
import { asAdmin, emptyDatabase, newRole } from '../../support/isolation/databases.ts';

const database = useDatabase();
const roles: string[] = [];
afterAll(async () => {
  for (const role of roles) await asAdmin(`DROP OWNED BY ${role}; DROP ROLE ${role}`, database.name);
});

const roleOf = async (options = '') => {
  const role = await newRole(options);
  roles.push(role.name);
  return role;
};

/** What the guard says to a connection: nothing, or a sentence. */
async function verdict(url: string): Promise<string | null> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await checkDatabase(async <Row>(text: string, values: readonly unknown[]) => (await client.query(text, [...values])).rows as Row[]);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(UnsafeDatabaseError);
    return (error as Error).message;
  } finally {
    await client.end();
  }
}
const refusal = (...reasons: string[]) => `The gateway does not start on this database: ${reasons.join('; ')}.`;

describe('the gateway starts', () => {
  test('under the role that migrate creates', async () => {
    expect(await verdict(database.runtimeUrl)).toBeNull();
  });

  test('under a role that is a member of a harmless one', async () => {
    const [role, other] = [await roleOf(), await roleOf()];
    await asAdmin(`GRANT ${other.name} TO ${role.name}; GRANT ${inject('cluster').runtime.name} TO ${role.name}`);
    expect(await verdict(role.url(database.name))).toBeNull();
  });
});

describe('the gateway does not start', () => {
  test('under a superuser', async () => {
    const { username } = new URL(database.adminUrl);
    expect(await verdict(database.adminUrl)).toBe(
      refusal(
        `role ${username} is a superuser, which row-level security does not restrict; \`npm run migrate\` creates a role for the gateway`,
      ),
    );
    await expect(startTestGateway({ runtimeUrl: database.adminUrl })).rejects.toThrow(UnsafeDatabaseError);
  });

  test('under a role with BYPASSRLS', async () => {
    const role = await roleOf('BYPASSRLS');
    expect(await verdict(role.url(database.name))).toBe(refusal(`role ${role.name} has BYPASSRLS`));
  });

  test('under a role that owns a table', async () => {
    const role = await roleOf();
    await asAdmin(`CREATE TABLE owned (id int); ALTER TABLE owned OWNER TO ${role.name}`, database.name);
    expect(await verdict(role.url(database.name))).toBe(
      refusal(`role ${role.name} owns tables or functions, and could switch their policies off`),
    );
    await asAdmin('DROP TABLE owned', database.name);
  });

  test('under a role that can become the owner, inheriting or not, directly or by another', async () => {
    const [direct, mean, indirect] = [await roleOf(), await roleOf('NOINHERIT'), await roleOf('NOINHERIT')];
    await asAdmin(`GRANT ipto_owner TO ${direct.name}; GRANT ipto_owner TO ${mean.name}; GRANT ${mean.name} TO ${indirect.name}`);
    for (const role of [direct, mean, indirect])
      expect(await verdict(role.url(database.name))).toBe(
        refusal(`role ${role.name} can become ipto_owner, which row-level security does not restrict`),
      );
  });

  test('under a role that can become a superuser or one with BYPASSRLS', async () => {
    const [role, bypass, superuser] = [await roleOf('NOINHERIT'), await roleOf('BYPASSRLS'), await roleOf('SUPERUSER NOBYPASSRLS')];
    await asAdmin(`GRANT ${bypass.name} TO ${role.name}`);
    expect(await verdict(role.url(database.name))).toBe(
      refusal(`role ${role.name} can become ${bypass.name}, which row-level security does not restrict`),
    );
    await asAdmin(`REVOKE ${bypass.name} FROM ${role.name}; GRANT ${superuser.name} TO ${role.name}`);
    expect(await verdict(role.url(database.name))).toContain(`role ${role.name} can become ${superuser.name}, which`);
  });

  test('on a database without a migration, or with one missing', async () => {
    const empty = await emptyDatabase();
    const { name, password } = inject('cluster').runtime;
    const lacks = refusal(`the database lacks the migration ${migrationsIn().join(', ')}: run \`npm run migrate\``);
    expect(await verdict(Object.assign(new URL(empty.url), { username: name, password }).href)).toBe(lacks);
    await empty.drop();

    for (const broken of ['finished_at = NULL', 'rolled_back_at = now()']) {
      await database.sql(`UPDATE _prisma_migrations SET ${broken}`);
      expect(await verdict(database.runtimeUrl)).toBe(lacks);
      await database.sql('UPDATE _prisma_migrations SET finished_at = now(), rolled_back_at = NULL');
    }
    expect(await verdict(database.runtimeUrl)).toBeNull();
  });

  test.each(['NO FORCE', 'DISABLE'])('on a table whose row-level security is set to %s', async how => {
    await database.sql(`ALTER TABLE membership ${how} ROW LEVEL SECURITY`);
    expect(await verdict(database.runtimeUrl)).toBe(refusal('table membership does not force row-level security'));
    await database.sql('ALTER TABLE membership ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY');
    expect(await verdict(database.runtimeUrl)).toBeNull();
  });

  test('with readable tables without row-level security, and names all of them', async () => {
    const { name } = inject('cluster').runtime;
    await database.sql(`CREATE TABLE loose_a (id int); CREATE TABLE loose_b (id int); CREATE TABLE unseen (id int);
      GRANT SELECT ON loose_a, loose_b TO ${name}`);
    expect(await verdict(database.runtimeUrl)).toBe(
      refusal('table loose_a does not force row-level security', 'table loose_b does not force row-level security'),
    );
    await database.sql('DROP TABLE loose_a, loose_b, unseen');
  });
});
