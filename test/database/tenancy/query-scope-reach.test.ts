import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BoundWork } from '../../../src/database/bound-work.ts';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { type Source, sourceOn } from '../../../src/database/source.ts';
import { MODELS, type TenantClient } from '../../../src/database/sql/data-model.ts';
import { IsolationError, scope } from '../../../src/database/tenancy/query-scope.ts';
import { getDatamodel } from '../../../src/generated/pothos.ts';
import { useDatabase } from '../../support/database.ts';
import { createWorld, type World } from '../../support/isolation/isolation.ts';
import { COLUMNS, OTHER_TEXTS, RELATIONS } from '../../support/isolation/model.ts';
import { mismatches } from '../../support/mismatches.ts';

/**
 * What a bound client leaves in reach, and what a binding of nobody sees; on a superuser's
 * connection, whom no policy holds.
 */
const database = useDatabase();
let pool: ConnectionPool;
let source: Source;
let world: World;
beforeAll(async () => {
  pool = new ConnectionPool({ connectionString: database.adminUrl, max: 3 });
  source = sourceOn(pool);
  world = await createWorld(database);
});
afterAll(async () => {
  await source?.prisma.$disconnect();
  await pool?.end();
});

const clients = async () => {
  const work = new BoundWork(source, { tenantId: world.a.tenantId, personId: world.a.ownerId });
  return { 'a bound client': work.db, 'a transaction': await work.transaction(async ({ db }) => db) };
};

/** What an object says when it is looked at, whatever it inherits. */
function named(object: object): string[] {
  const chain: object[] = [];
  for (let at = object; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) chain.push(at);
  return [...new Set(chain.flatMap(at => Object.getOwnPropertyNames(at)))].sort();
}

/** The models of the isolation tests, which are written by hand, as properties of a client. */
const LISTED = Object.keys(RELATIONS).map(model => `${model[0]!.toLowerCase()}${model.slice(1)}`);

type Models = Readonly<Record<string, { readonly fields: readonly Readonly<Record<'name' | 'kind' | 'type', string>>[] }>>;

test('T4: the isolation tests know every column of text', () => {
  const models = Object.entries(getDatamodel().datamodel.models as unknown as Models);
  const texts = models.flatMap(([model, { fields }]) =>
    fields.filter(({ kind, type }) => kind === 'scalar' && type === 'String').map(({ name }) => `${model}.${name}`),
  );
  expect(texts.length).toBeGreaterThan(80);
  const searched = Object.entries(COLUMNS).flatMap(([model, words]) => Object.keys(words).map(name => `${model}.${name}`));
  const others = Object.entries(OTHER_TEXTS).flatMap(([model, names]) => names.map(name => `${model}.${name}`));
  expect(searched.filter(name => others.includes(name))).toEqual([]);
  expect(mismatches(texts, [...searched, ...others], 'COLUMNS or OTHER_TEXTS in test/support/isolation/model.ts')).toEqual([]);
});

describe('a bound client offers', () => {
  test('the models that are listed and nothing else', async () => {
    for (const db of Object.values(await clients()))
      expect(mismatches(named(db), ['constructor', ...LISTED], 'RELATIONS in test/support/isolation/model.ts')).toEqual([]);
  });

  test('no raw statement, transaction, extension or connection', async () => {
    for (const db of Object.values(await clients()))
      for (const name of [
        '$queryRaw',
        '$queryRawUnsafe',
        '$executeRaw',
        '$executeRawUnsafe',
        '$transaction',
        '$extends',
        '$connect',
        '$on',
      ])
        expect(name in db, name).toBe(false);
  });

  test('no way from a model to the unbound client', async () => {
    for (const [what, db] of Object.entries(await clients()))
      for (const name of Object.values(MODELS))
        for (const way of ['$parent', 'constructor', '$name'])
          expect(Reflect.get(db[name], way)?.$queryRawUnsafe, `${what}: ${name}.${way}`).toBeUndefined();
  });

  test('no operation without a model', () => {
    for (const operation of ['$queryRaw', '$executeRaw', '$queryRawUnsafe', '$executeRawUnsafe'])
      expect(() => scope(undefined, operation, {}, { tenantId: world.a.tenantId, personId: null })).toThrow(IsolationError);
  });
});

describe('a binding to no tenant', () => {
  const nobody = () => new BoundWork(source, { tenantId: null, personId: null });

  test('sees no row of any tenant, counts none and finds nobody', async () => {
    const { db } = nobody();
    expect(await db.tenant.findMany()).toEqual([]);
    expect(await db.membership.findMany({ where: { tenantId: world.a.tenantId } })).toEqual([]);
    expect(await db.user.findMany()).toEqual([]);
    expect(await Promise.all([db.tenant.count(), db.membership.count(), db.user.count()])).toEqual([0, 0, 0]);
    expect(await db.tenant.findUnique({ where: { id: world.a.tenantId } })).toBeNull();
    expect(await db.plan.count({ where: { tenants: { some: {} } } })).toBe(0);
    expect((await db.plan.findMany({ include: { tenants: true, _count: true } })).flatMap(plan => plan.tenants)).toEqual([]);
  });

  test('reads the plan catalogue', async () => {
    expect(await nobody().db.plan.count()).toBe(4);
  });

  test('with a person sees that person, without a membership', async () => {
    const { db } = new BoundWork(source, { tenantId: null, personId: world.shared.id });
    expect(await db.user.findMany({ select: { id: true, memberships: true, _count: true } })).toEqual([
      { id: world.shared.id, memberships: [], _count: { memberships: 0 } },
    ]);
  });

  test('writes nothing', async () => {
    const db = nobody().db as TenantClient; // past its type
    await expect(db.tenant.create({ data: { name: 'x', slug: 'new-slug' } })).rejects.toThrow('no tenant is bound for a new Tenant');
    await expect(db.membership.createMany({ data: { userId: world.shared.id, roles: ['viewer'] } })).rejects.toThrow(IsolationError);
    await expect(db.tenant.update({ where: { id: world.a.tenantId }, data: { name: 'x' } })).rejects.toMatchObject({ code: 'P2025' });
    expect(await db.tenant.updateMany({ data: { name: 'x' } })).toEqual({ count: 0 });
    expect(await db.membership.deleteMany()).toEqual({ count: 0 });
  });
});

describe('a unit of work', () => {
  test('rolls a transaction back as a whole when its work throws', async () => {
    const work = new BoundWork(source, { tenantId: world.a.tenantId, personId: null });
    const failing = work.transaction(async ({ db }) => {
      await db.tenant.update({ where: { id: world.a.tenantId }, data: { name: 'Half done' } });
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    expect(await work.db.tenant.findMany({ select: { name: true } })).toEqual([{ name: world.a.name }]);
  });

  test.each(['', 'A', '01A20AC5-7E0E-7725-BB9F-925801A8CDB1', "'; SELECT 1; --"])('is refused for the tenant id %j', tenantId => {
    expect(() => new BoundWork(source, { tenantId, personId: null })).toThrow('a binding takes lower-case UUIDs');
  });
});

describe('an undefined argument', () => {
  test.each(['AND', 'OR', 'NOT'])('in %s is ignored, as by Prisma', async key => {
    const { db } = new BoundWork(source, { tenantId: world.a.tenantId, personId: null });
    expect(await db.membership.count({ where: { [key]: undefined } })).toBe(3);
  });

  test('a result is a plain promise, without chained relations, whose rows would be unscoped', async () => {
    const { db } = new BoundWork(source, { tenantId: world.a.tenantId, personId: null });
    const answer = db.tenant.findUnique({ where: { id: world.a.tenantId } });
    expect(Object.getPrototypeOf(answer)).toBe(Promise.prototype);
    expect('memberships' in answer).toBe(false);
    await answer;
  });
});
