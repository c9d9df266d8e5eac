import { TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { v7 as uuid } from 'uuid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { type Asking, change, createAsking, read, schema } from './asking.ts';
import { FIELDS, ROLES, type Role, STATUSES } from './expectation.ts';
import type { Asker } from './oracle.ts';
import { createWorld, type World } from './world.ts';

let database: TestDatabase;
let gateway: TestGateway;
let world: World;
let asking: ReturnType<typeof createAsking>;
beforeAll(async () => {
  database = await createDatabase();
  world = await createWorld(database);
  gateway = await startTestGateway(database);
  asking = createAsking(database, gateway, world);
});
afterAll(async () => {
  await gateway?.stop();
  await database?.drop();
});

function fieldsIn(document: typeof read): readonly string[] {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  visit(document, visitWithTypeInfo(types, { Field: ({ name }) => void found.add(`${types.getParentType()!.name}.${name.value}`) }));
  return [...found];
}

const pairs = ROLES.flatMap((one, index) => ROLES.slice(index + 1).map(other => [one, other]));
const ROLE_SETS: readonly (readonly Role[])[] = [
  ...ROLES.map(role => [role]),
  ...pairs,
  ['seller_manager', 'buyer_manager', 'operator'],
  ['seller_manager', 'operator', 'viewer'],
  ['admin', 'operator', 'viewer'],
  ['owner', 'admin', 'viewer'],
  ROLES,
];

describe('the matrix', () => {
  test('the questions ask every field of the schema', () => {
    expect([...new Set([...fieldsIn(read), ...fieldsIn(change)])].sort()).toEqual(Object.keys(FIELDS).sort());
  });

  test.each(ROLE_SETS.map(roles => ({ name: roles.join(' + '), roles })))('$name', async ({ roles }) => {
    await world.setRoles(roles);
    const token = await gateway.tokenOf(world.asker);
    for (const status of STATUSES) {
      const place = world.own[status];
      const asker: Asker = { kind: 'user', roles, status };
      if (status === 'deleted') {
        await asking.refusedWhole(`${roles} own ${status}`, token, place.id);
        await asking.refusedWhole(`${roles} own ${status}`, token, place.slug);
      } else await asking.askBoth({ cell: `${roles} own ${status}`, asker, token, tenant: place.id, place });
      await asking.refusedWhole(`${roles} foreign ${status}`, token, world.foreign[status].id);
    }
    await asking.refusedWhole(`${roles} absent`, token, uuid());
    await asking.askBoth({ cell: `${roles} none named`, asker: { kind: 'user', roles, status: null }, token });
  });

  test('no role: somebody signed in who is a member nowhere', async () => {
    for (const subject of [world.stranger.subject, 'unknown']) {
      const token = await gateway.tokenOf({ subject, name: world.stranger.name, email: world.stranger.email });
      for (const status of STATUSES) {
        await asking.refusedWhole(`${subject} foreign ${status}`, token, world.own[status].id);
        await asking.refusedWhole(`${subject} foreign ${status}`, token, world.foreign[status].slug);
      }
      const as: Asking = { cell: `${subject} none named`, asker: { kind: 'user', roles: [], status: null }, token };
      await asking.askRead(as);
      if (subject !== 'unknown') await asking.askBoth(as);
    }
  });

  test('staff, though their person is an owner: in no tenant, and named ones are not there for them', async () => {
    await world.setRoles(['owner']);
    const token = await gateway.tokenOf(world.asker, { ipto_staff: true });
    for (const status of STATUSES) {
      await asking.refusedWhole(`staff own ${status}`, token, world.own[status].id);
      await asking.refusedWhole(`staff foreign ${status}`, token, world.foreign[status].id);
    }
    await asking.refusedWhole('staff absent', token, uuid());
    await asking.askBoth({ cell: 'staff none named', asker: { kind: 'staff', roles: [], status: null }, token });
  });

  test('nobody: a tenant that is named counts for nothing', async () => {
    const asker: Asker = { kind: 'nobody', roles: [], status: null };
    for (const status of STATUSES)
      for (const tenant of [world.own[status].id, world.foreign[status].slug])
        await asking.askBoth({ cell: `nobody foreign ${status}`, asker, token: undefined, tenant });
    await asking.askBoth({ cell: 'nobody absent', asker, token: undefined, tenant: uuid() });
    await asking.askBoth({ cell: 'nobody none named', asker, token: undefined });
  });

  test('the matrix is as large as it was', () => {
    const cells = asking.asked.size * Object.keys(FIELDS).length;
    process.stdout.write(`matrix: ${cells} cells\n`);
    expect(ROLE_SETS).toHaveLength(26);
    expect(cells).toBeGreaterThanOrEqual(MINIMUM);
  });
});

/** Principals × statuses × tenancies × fields, as counted when the last of them was added: fewer asks are a hole. */
const MINIMUM = 25_080;
