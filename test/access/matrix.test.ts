import { Readable } from 'node:stream';
import { type GraphQLInterfaceType, isInterfaceType, isObjectType, parse, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { uuidv7 as uuid } from 'uuidv7';
import { beforeAll, describe, expect, test } from 'vitest';
import { objectKey } from '../../src/domain/object/key.ts';
import { useDatabase } from '../support/database.ts';
import { useGateway } from '../support/gateway.ts';
import { mismatches } from '../support/mismatches.ts';
import { rowIn, sha256 } from '../support/provider.ts';
import { type Asking, schema } from './answer.ts';
import { createAsking } from './asking.ts';
import { asksOf, CHANGES, documentOf } from './changes.ts';
import { expected, PERMISSION_NAMES, ROLES, type Role, STATUSES } from './expectation.ts';
import { FIELDS } from './expected-fields.ts';
import type { Caller } from './oracle.ts';
import { CAN, EXPLAIN, READ, READ_NODES, READ_OTHER_NODES, READ_STAFF, READ_TRADE } from './questions.ts';
import { NODES } from './walk.ts';
import { createWorld, type Place, type World } from './world.ts';

const database = useDatabase();
const gateway = useGateway(database);
let world: World;
let asking: ReturnType<typeof createAsking>;
beforeAll(async () => {
  world = await createWorld(database);
  for (const place of [world.own, world.foreign].flatMap(places => Object.values(places))) await bring(place);
  asking = createAsking(gateway, world);
});

/** The bytes that an object of a place waits for: none, as announced. */
const bring = ({ id, waiting }: Place) =>
  gateway.store.write(
    objectKey(id, rowIn(waiting)),
    { size: 0n, mediaType: 'text/csv', sha256: Buffer.from(sha256(''), 'hex') },
    Readable.from([]),
  );

const NOBODY: Caller = { kind: 'nobody', roles: [], status: null };

function fieldsIn(query: string): readonly string[] {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  visit(parse(query), visitWithTypeInfo(types, { Field: ({ name }) => void found.add(`${types.getParentType()!.name}.${name.value}`) }));
  return [...found];
}

/** The types that only subscriptions lead to: subscriptions.test.ts asks them. */
const STREAMED = [
  'Subscription',
  'TenantChanged',
  'MembershipChanged',
  'InvitationChanged',
  'UsageRecorded',
  'ListingChanged',
  'ViewerChanged',
  'OwnEvent',
];

/** From the schema, not from FIELDS: a row that FIELDS lacks is another test's finding. */
const EVERY_FIELD = Object.values(schema.getTypeMap()).flatMap(type =>
  !type.name.startsWith('__') && !STREAMED.includes(type.name) && (isObjectType(type) || isInterfaceType(type))
    ? Object.keys(type.getFields()).map(field => `${type.name}.${field}`)
    : [],
);

/** What is asked without changing anything. */
const QUESTIONS = [READ, READ_TRADE, READ_NODES, READ_OTHER_NODES, READ_STAFF, EXPLAIN, ...CAN.map(({ query }) => query)];

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
    const asked = [...QUESTIONS, documentOf(asksOf(NOBODY))].flatMap(fieldsIn);
    expect(mismatches(EVERY_FIELD, asked, 'test/access/questions.ts, or changes.ts for a mutation')).toEqual([]);
  });

  test('the ids that are asked for are of every type of node', () => {
    const types = schema.getPossibleTypes(schema.getType('Node') as GraphQLInterfaceType);
    expect(
      mismatches(
        types.map(({ name }) => name),
        NODES,
        'NODES in test/access/walk.ts',
      ),
    ).toEqual([]);
  });

  test('each mutation requires the expected permission', () => {
    for (const [field, { permission }] of Object.entries(CHANGES))
      expect([field, permission]).toEqual([field, FIELDS[`Mutation.${field}`]]);
  });

  const by = ({ id, name, email }: { id: string; name: string; email: string }) => ({ email, actor: { kind: 'user', id, name } });

  test.each(ROLE_SETS.map(roles => ({ name: roles.join(' + '), roles })))('$name', async ({ roles }) => {
    await world.setRoles(roles);
    const token = await gateway.tokenOf(world.caller);
    const asked = { token, ...by(world.caller) };
    for (const status of STATUSES) {
      const place = world.own[status];
      if (status === 'deleted') {
        await asking.refusedWhole(`${roles} own ${status}`, token, place.id);
        await asking.refusedWhole(`${roles} own ${status}`, token, place.slug);
      } else
        await asking.askAll({ cell: `${roles} own ${status}`, caller: { kind: 'user', roles, status }, tenant: place.id, place, ...asked });
      await asking.refusedWhole(`${roles} foreign ${status}`, token, world.foreign[status].id);
    }
    const { modest: place } = world;
    const caller: Caller = { kind: 'user', roles, status: 'active', plan: 'FREE' };
    await asking.askReads({ cell: `${roles} own, on a plan without features`, caller, tenant: place.id, place, ...asked });
    await asking.refusedWhole(`${roles} absent`, token, uuid());
    await asking.askAll({ cell: `${roles} none named`, caller: { kind: 'user', roles, status: null }, ...asked });
  });

  test('no role: a signed-in person without memberships, registered or not', async () => {
    const { stranger } = world;
    for (const [subject, id] of [
      [stranger.subject, stranger.id],
      ['unknown', expect.any(String)],
    ]) {
      const token = await gateway.tokenOf({ ...stranger, subject });
      for (const status of STATUSES) {
        await asking.refusedWhole(`${subject} foreign ${status}`, token, world.own[status].id);
        await asking.refusedWhole(`${subject} foreign ${status}`, token, world.foreign[status].slug);
      }
      const caller: Caller = { kind: 'user', roles: [], status: null };
      await asking.askAll({ cell: `${subject} none named`, caller, token, ...by({ ...stranger, id }) });
    }
  });

  test('staff who are an owner as well: in no tenant, and for any tenant that the input names', async () => {
    await world.setRoles(['owner']);
    const token = await gateway.tokenOf(world.caller, { ipto_staff: true });
    for (const status of STATUSES) {
      await asking.refusedWhole(`staff own ${status}`, token, world.own[status].id);
      await asking.refusedWhole(`staff foreign ${status}`, token, world.foreign[status].id);
    }
    await asking.refusedWhole('staff absent', token, uuid());
    const { subject: id, name, email } = world.caller;
    const caller: Caller = { kind: 'staff', roles: [], status: null };
    await asking.askAll({ cell: 'staff none named', caller, token, email, actor: { kind: 'staff', id, name } });
  });

  test('staff, for a tenant that doesn’t exist: nothing is read, changed or logged', async () => {
    const token = await gateway.tokenOf(world.caller, { ipto_staff: true });
    for (const tenant of [uuid(), world.gone, world.own.active.slug, 'no id']) {
      const { data, errors } = await gateway.ask(READ_STAFF, { token, variables: { tenant, gone: world.own.active.id } });
      expect([data, errors]).toEqual([{ staffTenant: null, staffTombstone: null }, []]);
      const [query, variables] = asking.overAbsent(tenant);
      const changed = await gateway.ask(query, { token, variables });
      const codes = changed.errors.map(({ path, extensions: { code } }) => [path?.join(), code]);
      expect(codes).toEqual(Object.keys(variables).map(alias => [alias, 'NOT_FOUND']));
      expect(Object.keys(variables)).toHaveLength(5);
    }
    expect(await world.rows.differences()).toEqual([]);
  });

  const scoped = PERMISSION_NAMES.filter(name => expected(name).principals.includes('api_key'));
  const SCOPES = [
    ...scoped.map(name => ({ name, scopes: [name] })),
    { name: 'all scopes', scopes: scoped },
    { name: 'none that counts', scopes: [] },
  ];

  test.each(SCOPES)('an API key with $name', async ({ name, scopes }) => {
    await world.setScopes(scopes.length ? scopes : ['no:permission']);
    const { active, ...others } = world.own;
    const actor = { kind: 'api_key', id: active.apiKey.row, name: 'Key' };
    const caller: Caller = { kind: 'api_key', roles: [], status: 'active', scopes };
    const asked = { caller, token: active.apiKey.text, email: world.caller.email, actor, place: active };
    await asking.askAll({ cell: `key ${name} active`, ...asked });
    for (const [status, { apiKey }] of Object.entries(others))
      await asking.refusedKey(`key ${name} ${status}`, apiKey, status as 'deleted');
  });

  test('nobody: a tenant in the header changes nothing', async () => {
    const as: Omit<Asking, 'cell'> = {
      caller: NOBODY,
      token: undefined,
      email: world.caller.email,
      actor: { kind: 'user', id: '', name: '' },
    };
    for (const status of STATUSES)
      for (const tenant of [world.own[status].id, world.foreign[status].slug])
        await asking.askAll({ cell: `nobody foreign ${status}`, tenant, ...as });
    await asking.askAll({ cell: 'nobody absent', tenant: uuid(), ...as });
    await asking.askAll({ cell: 'nobody none named', ...as });
  });

  test('the matrix has at least as many cells as before', () => {
    const cells = asking.cells(Object.keys(FIELDS).length, new Set(QUESTIONS.flatMap(fieldsIn)).size);
    process.stdout.write(`matrix: ${cells} cells\n`);
    expect(ROLE_SETS).toHaveLength(26);
    expect(cells).toBeGreaterThanOrEqual(MINIMUM);
  });
});

/**
 * Principals × statuses × tenancies × (fields + permissions), as counted when the last of them was
 * added: fewer asks are a hole.
 */
const MINIMUM = 262_930;
