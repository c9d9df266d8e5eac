import { uuidv7 as uuid } from 'uuidv7';
import { beforeEach, describe, expect, test } from 'vitest';
import { isConstraint } from '../../../src/database/driver/failure.ts';
import { openDatabase } from '../../../src/database/index.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { restoreRows, useWorld } from '../../support/isolation/isolation.ts';

/** The invariants that the database enforces for every writer, here a superuser. */
const database = useDatabase();
const world = useWorld(database);
beforeEach(() => restoreRows(database, world.rows));

/** Statements in one transaction, with the tenant's, its owner's and its viewer's ids put in. */
const write = (text: string) => {
  const { tenantId, ownerId, userId } = world.a;
  return database.sql(
    text.replaceAll(':tenant', `'${tenantId}'`).replaceAll(':owner', `'${ownerId}'`).replaceAll(':viewer', `'${userId}'`),
  );
};
const refusedBy = (constraint: string, code = '23514') => ({ code, constraint });
const ROLE = 'UPDATE membership SET roles =';
const OF = (who: string) => `WHERE tenant_id = :tenant AND person_id = ${who}`;

describe('R2: a tenant that is not deleted has exactly one owner', () => {
  test.each([
    ['the owner is demoted', `${ROLE} '{admin}' ${OF(':owner')}`],
    ['the owner is removed', `DELETE FROM membership ${OF(':owner')}`],
    ['everybody is removed', 'DELETE FROM membership WHERE tenant_id = :tenant'],
    ['a tenant is made without anybody', "INSERT INTO tenant (tenant_id, slug, name) VALUES (gen_random_uuid(), 'lonely', 'x')"],
    [
      'a tenant is made with a viewer alone',
      `WITH t AS (INSERT INTO tenant (tenant_id, slug, name) VALUES ('00000000-0000-7000-8000-00000000000a', 'lonely', 'x'))
       INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ('00000000-0000-7000-8000-00000000000a', gen_random_uuid(), :viewer, '{viewer}')`,
    ],
  ])('when %s, the transaction does not commit', async (_what, statements) => {
    await expect(write(statements)).rejects.toMatchObject(refusedBy('tenant_has_owner'));
  });

  test.each([
    ['a second is made of a member', `${ROLE} '{viewer,owner}' ${OF(':viewer')}`],
    ['the second is made before the first is demoted', `${ROLE} '{owner}' ${OF(':viewer')}; ${ROLE} '{admin}' ${OF(':owner')}`],
  ])('when %s, it is refused at once', async (_what, statements) => {
    await expect(write(statements)).rejects.toMatchObject(refusedBy('membership_one_owner', '23505'));
  });

  test('ownership may pass in one transaction', async () => {
    await write(`${ROLE} '{admin}' ${OF(':owner')}; ${ROLE} '{owner,viewer}' ${OF(':viewer')}`);
    expect(
      await database.sql("SELECT person_id AS id FROM membership WHERE tenant_id = $1 AND 'owner' = ANY (roles)", [world.a.tenantId]),
    ).toEqual([{ id: world.a.userId }]);
  });

  const BURY = `UPDATE tenant SET status = 'pending_deletion' WHERE tenant_id = :tenant; UPDATE tenant SET status = 'deleted' WHERE tenant_id = :tenant`;

  test('when the tenant is deleted, its owner may go', async () => {
    await write(`${BURY}; DELETE FROM membership WHERE tenant_id = :tenant`);
    expect(await database.sql('SELECT FROM membership WHERE tenant_id = $1', [world.a.tenantId])).toHaveLength(0);
  });

  test('a deleted tenant without an owner can’t come back', async () => {
    await write(`${BURY}; DELETE FROM membership WHERE tenant_id = :tenant`);
    // No status leads back; without the trigger that says so, the one that wants an owner still
    // would.
    await database.sql('ALTER TABLE tenant DISABLE TRIGGER tenant_status_moves');
    try {
      await expect(write(`UPDATE tenant SET status = 'active' WHERE tenant_id = :tenant`)).rejects.toMatchObject(
        refusedBy('tenant_has_owner'),
      );
    } finally {
      await database.sql('ALTER TABLE tenant ENABLE TRIGGER tenant_status_moves');
    }
  });

  test("the gateway's role is held to it as well", async () => {
    const opened = openDatabase(database.runtimeUrl, { poolSize: 1 });
    const founding = opened.bind({ tenantId: null, personId: world.a.userId }).founding();
    const founded = founding.transaction(({ db }) =>
      db.tenant.create({ data: { id: founding.binding.tenantId, slug: 'lonely', name: 'x' } }),
    );
    const error = await founded.then(
      () => null,
      reason => reason,
    );
    expect(String(error?.message)).toContain('a tenant must have an owner');
    expect(await database.sql("SELECT FROM tenant WHERE slug = 'lonely'")).toHaveLength(0);
    await opened.close();
  });
});

describe('T1: what never changes', () => {
  test.each([
    ['tenant.tenant_id', 'tenant_id_is_immutable', 'UPDATE tenant SET tenant_id = gen_random_uuid() WHERE tenant_id = :tenant'],
    ['tenant.slug', 'tenant_slug_is_immutable', "UPDATE tenant SET slug = 'another' WHERE tenant_id = :tenant"],
    ['membership.tenant_id', 'membership_tenant_id_is_immutable', `UPDATE membership SET tenant_id = gen_random_uuid() ${OF(':viewer')}`],
    ['membership.person_id', 'membership_person_is_immutable', `UPDATE membership SET person_id = :owner ${OF(':viewer')}`],
  ])('%s is refused a new value', async (column, constraint, statement) => {
    await expect(write(statement)).rejects.toMatchObject({ ...refusedBy(constraint), message: `${column} never changes` });
  });

  test("the tenant of a row, in each of a tenant's tables", async () => {
    const tables = await database.sql<{ name: string }>(
      `SELECT relname::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
       WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace`,
    );
    expect(tables.length).toBeGreaterThan(20);
    for (const { name } of tables) {
      const refusal = await write(`UPDATE ${name} SET tenant_id = gen_random_uuid() WHERE tenant_id = :tenant`).catch(error => error);
      const constraint = `${name === 'tenant' ? '' : `${name}_`}tenant_id_is_immutable`;
      expect([name, refusal]).toMatchObject([
        name,
        { ...refusedBy(constraint), message: expect.stringMatching(/\.tenant_id never changes$/) },
      ]);
    }
  });

  test('writing the present value is allowed', async () => {
    await write('UPDATE tenant SET tenant_id = tenant_id, slug = slug WHERE tenant_id = :tenant');
    await write(`UPDATE membership SET tenant_id = tenant_id, person_id = person_id ${OF(':viewer')}`);
  });

  test('a tenant with members can’t be deleted, nor a person with memberships', async () => {
    await expect(write('DELETE FROM tenant WHERE tenant_id = :tenant')).rejects.toMatchObject({ constraint: 'membership_tenant_id_fkey' });
    await expect(write('DELETE FROM person WHERE id = :viewer')).rejects.toMatchObject({ constraint: 'membership_person_id_fkey' });
  });
});

describe('a slug', () => {
  const make = () => fixtures(database);
  const owner = () => ({ id: world.a.ownerId, name: '', email: '', subject: '' });

  test('belongs to one tenant that is not deleted, for every reader', async () => {
    const clash = await make()
      .tenant(world.b.slug, owner())
      .catch(error => error);
    expect(clash).toMatchObject({ code: '23505', constraint: 'slug_claim_pkey' });
    expect(isConstraint(clash, 'slug_claim_pkey')).toBe(true);
  });

  test('stays taken while the tenant is suspended or pending deletion', async () => {
    for (const status of ['suspended', 'pending_deletion'] as const) {
      await make().setStatus({ id: world.b.tenantId }, status);
      await expect(make().tenant(world.b.slug, owner())).rejects.toMatchObject({ constraint: 'slug_claim_pkey' });
    }
  });

  test('is free again when its tenant is deleted, any number of times', async () => {
    await make().setStatus({ id: world.b.tenantId }, 'deleted');
    const next = await make().tenant(world.b.slug, owner());
    expect(await database.sql('SELECT held_by AS id FROM slug_claim WHERE slug = $1', [world.b.slug])).toEqual([{ id: next.id }]);
  });

  test.each(['ab', 'a'.repeat(33), 'Upper', '-start', 'end-', 'two--hyphens', 'a b', 'straße', ''])('is not %j', async slug => {
    await expect(make().tenant(slug, owner(), { name: 'x' })).rejects.toMatchObject(refusedBy('tenant_slug_check'));
  });
});

describe('R1: the roles of a membership', () => {
  test.each([
    ['none', "'{}'"],
    ['null', 'NULL'],
    ['one twice', "'{viewer,viewer}'"],
    ['one that there is not', "'{viewer,emperor}'"],
    ['one in upper case', "'{VIEWER}'"],
    ['an element that is null', "'{viewer,NULL}'"],
    ['a null alone', "'{NULL}'"],
  ])('are not %s', async (_what, roles) => {
    await expect(write(`${ROLE} ${roles} ${OF(':viewer')}`)).rejects.toMatchObject(refusedBy('membership_roles_check'));
  });

  test('are one or more of the six', async () => {
    await write(`${ROLE} '{admin,seller_manager,buyer_manager,operator,viewer}' ${OF(':viewer')}`);
  });

  test('belong to one membership of a person in a tenant', async () => {
    const again = `INSERT INTO membership (tenant_id, id, person_id, roles) VALUES (:tenant, '${uuid()}', :viewer, '{viewer}')`;
    await expect(write(again)).rejects.toMatchObject(refusedBy('membership_tenant_id_person_id_key', '23505'));
  });
});

describe('a tenant and a plan', () => {
  test.each([
    ['tenant_status_moves', "UPDATE tenant SET status = 'closed' WHERE tenant_id = :tenant"],
    ['tenant_status_check', "INSERT INTO tenant (tenant_id, slug, name, status) VALUES (gen_random_uuid(), 'closed', 'x', 'closed')"],
    ['tenant_name_check', "UPDATE tenant SET name = '' WHERE tenant_id = :tenant"],
    ['tenant_name_check', "UPDATE tenant SET name = ' x' WHERE tenant_id = :tenant"],
    ['tenant_name_check', "UPDATE tenant SET name = repeat('x', 121) WHERE tenant_id = :tenant"],
    ['tenant_plan_code_fkey', "UPDATE tenant SET plan_code = 'GOLD' WHERE tenant_id = :tenant"],
    ['tenant_next_plan_code_fkey', "UPDATE tenant SET next_plan_code = 'GOLD', next_plan_due_at = now() WHERE tenant_id = :tenant"],
    ['tenant_next_plan_check', "UPDATE tenant SET next_plan_code = 'FREE' WHERE tenant_id = :tenant"],
    ['tenant_next_plan_check', 'UPDATE tenant SET next_plan_due_at = now() WHERE tenant_id = :tenant'],
    ['tenant_next_plan_check', 'UPDATE tenant SET next_plan_code = plan_code, next_plan_due_at = now() WHERE tenant_id = :tenant'],
    ['plan_limits_check', "UPDATE plan SET member_limit = 0 WHERE code = 'FREE'"],
    ['plan_limits_check', "UPDATE plan SET cost_points_per_minute = -1 WHERE code = 'ENTERPRISE'"],
    ['plan_features_check', "UPDATE plan SET features = NULL WHERE code = 'FREE'"],
    ['plan_features_check', "UPDATE plan SET features = '{magic}' WHERE code = 'FREE'"],
    ['plan_features_check', "UPDATE plan SET features = '{advanced_analytics,advanced_analytics}' WHERE code = 'FREE'"],
    ['plan_support_check', "UPDATE plan SET support = 'none' WHERE code = 'FREE'"],
    ['plan_code_check', "UPDATE plan SET code = 'GOLD' WHERE code = 'ENTERPRISE'"],
  ])('are held by %s: %s', async (constraint, statement) => {
    await expect(write(statement)).rejects.toMatchObject({ constraint });
  });
});
