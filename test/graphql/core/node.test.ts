import { uuidv7 as uuid } from 'uuidv7';
import { beforeAll, describe, expect, test } from 'vitest';
import { fixtures, type Person, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';

const globalId = (...parts: readonly string[]) => Buffer.from(parts.join(':')).toString('base64url');

const database = useDatabase();
const gateway = useGateway(database);
const reference = useGateway(database, { compiled: false, reads: { singly: false } });
let vic: Person;
let viewer: string;
let operator: string;
let boss: string;
let tenants: readonly string[];
let ids: Record<'tenant' | 'membership' | 'user', string>;
let foreign: typeof ids;
let absent: typeof ids;
let mixed: string;
beforeAll(async () => {
  const make = fixtures(database);
  vic = await make.person('Vic');
  const [owner, oda, stranger] = [await make.person('Owner'), await make.person('Oda'), await make.person('Stranger')];
  const acme = await make.tenant('acme', owner);
  const other = await make.tenant('other', stranger);
  const membership = await make.member(acme, vic, ['viewer']);
  await make.member(acme, oda, ['operator']);
  viewer = await gateway.tokenOf(vic);
  operator = await gateway.tokenOf(oda);
  boss = await gateway.tokenOf(owner);
  tenants = [acme.id, other.id, uuid()];
  const idsOf = (tenant: string, row: string, person: string) => ({
    tenant: globalId('Tenant', tenant),
    membership: globalId('Membership', tenant, row),
    user: globalId('User', person),
  });
  ids = idsOf(acme.id, membership.id, vic.id);
  foreign = idsOf(other.id, other.owner.id, stranger.id);
  absent = idsOf(uuid(), uuid(), uuid());
  mixed = globalId('Membership', acme.id, other.owner.id);
});

const INSIDE = '__typename id ... on Tenant { slug } ... on Membership { roles user { name } } ... on User { name }';
const node = (id: string, token?: string) =>
  gateway.ask(`query ($id: ID!) { node(id: $id) { ${INSIDE} } viewer { principal } }`, { token, variables: { id } });
const nodes = (list: readonly string[], token?: string) =>
  gateway.ask(`query ($ids: [ID!]!) { nodes(ids: $ids) { ${INSIDE} } }`, { token, variables: { ids: list } });
const OWN = () => ({
  tenant: { __typename: 'Tenant', id: ids.tenant, slug: 'acme' },
  membership: { __typename: 'Membership', id: ids.membership, roles: ['VIEWER'], user: { name: 'Vic' } },
  user: { __typename: 'User', id: ids.user, name: 'Vic' },
});

describe.each(['tenant', 'membership', 'user'] as const)('node, of a %s', kind => {
  test('of the own tenant is the object, with the requested id', async () => {
    const { data, errors } = await node(ids[kind], viewer);
    expect(errors).toEqual([]);
    expect(data.node).toEqual(OWN()[kind]);
  });

  test('of another tenant is null, with the same response as for an absent id', async () => {
    for (const id of [foreign[kind], absent[kind]]) {
      const { data, errors } = await node(id, viewer);
      expect({ data, errors }).toEqual({ data: { node: null, viewer: { principal: 'USER' } }, errors: [] });
    }
  });

  test('is refused to anonymous callers before any lookup', async () => {
    const permission = kind === 'tenant' ? 'tenant:read' : 'member:list';
    for (const id of [ids[kind], foreign[kind], absent[kind]]) {
      const { data, errors } = await node(id);
      expect(data).toEqual({ node: null, viewer: { principal: 'NOBODY' } });
      expect(errors).toMatchObject([{ path: ['node'], extensions: { because: 'SIGN_IN', permission } }]);
    }
  });
});

describe('node', () => {
  test('finds no row of another tenant under an id with the own tenant', async () => {
    expect((await node(mixed, viewer)).data.node).toBeNull();
  });

  test('gives an operator the same refusal for a membership, a foreign one and an absent one', async () => {
    const answers = [];
    for (const { membership } of [ids, foreign, absent]) answers.push(await node(membership, operator));
    const texts = answers.map(({ text, headers }) => text.replaceAll(headers.get('x-request-id')!, ''));
    expect(new Set(texts).size).toBe(1);
    expect(answers[0]!.data.node).toBeNull();
    expect(answers[0]!.errors).toEqual([
      {
        message: 'member:list needs the role owner, admin, seller_manager, buyer_manager or viewer.',
        locations: [{ line: 1, column: 20 }],
        path: ['node'],
        extensions: {
          code: 'FORBIDDEN',
          permission: 'member:list',
          because: 'ROLE',
          requires: {
            principals: ['USER'],
            roles: ['OWNER', 'ADMIN', 'SELLER_MANAGER', 'BUYER_MANAGER', 'VIEWER'],
            statuses: ['ACTIVE', 'SUSPENDED', 'PENDING_DELETION'],
            plans: null,
          },
          tenantStatus: 'ACTIVE',
          requestId: answers[0]!.headers.get('x-request-id'),
        },
      },
    ]);
  });

  test('refuses operators even their own person', async () => {
    expect((await node(ids.user, operator)).errors).toMatchObject([{ extensions: { because: 'ROLE' } }]);
  });
});

test.each(['Usage', 'Analytics'])("T4: a period of another tenant's %s is null, as that of no tenant", async type => {
  const [own, foreign, absent] = tenants.map(tenant => globalId(type, tenant, '1790000000000', '1790086400000')) as [
    string,
    string,
    string,
  ];
  const asked = async (id: string) => {
    const query = 'query ($id: ID!) { node(id: $id) { __typename ... on Usage { from } ... on Analytics { from } } }';
    const { data, errors } = await gateway.ask(query, { token: boss, variables: { id } });
    return { data, errors };
  };
  expect(await asked(own)).toEqual({ data: { node: { __typename: type, from: '2026-09-21T14:13:20.000Z' } }, errors: [] });
  for (const id of [foreign, absent]) expect(await asked(id)).toEqual({ data: { node: null }, errors: [] });
});

describe('nodes', () => {
  test('are in the order of the ids, with duplicates, and null for absent ones', async () => {
    const own = OWN();
    const asked = [ids.user, foreign.tenant, ids.tenant, absent.membership, ids.membership, ids.tenant, foreign.user, mixed];
    const { data, errors } = await nodes(asked, viewer);
    expect(errors).toEqual([]);
    expect(data.nodes).toEqual([own.user, null, own.tenant, null, own.membership, own.tenant, null, null]);
  });

  test('that are refused are null with an error, and the others are returned', async () => {
    const asked = [ids.membership, ids.tenant, foreign.tenant, absent.user, ids.tenant];
    const { data, errors } = await nodes(asked, operator);
    const { tenant } = OWN();
    expect(data.nodes).toEqual([null, tenant, null, null, tenant]);
    expect(errors.map(({ path, extensions: { because, permission } }) => [path, because, permission])).toEqual([
      [['nodes', 0], 'ROLE', 'member:list'],
      [['nodes', 3], 'ROLE', 'member:list'],
    ]);
  });

  test('all refused, and none at all', async () => {
    const { data, errors } = await nodes([ids.membership, absent.membership], operator);
    expect(data.nodes).toEqual([null, null]);
    expect(errors).toHaveLength(2);
    expect((await nodes([], viewer)).data.nodes).toEqual([]);
  });

  test('takes at most 100 ids', async () => {
    const many = (count: number) => Array.from({ length: count }, () => ids.tenant);
    const { data } = await nodes(many(100), viewer);
    expect(data.nodes).toEqual(many(100).map(() => OWN().tenant));
    const { errors } = await nodes(many(101), viewer);
    expect(errors).toMatchObject([
      { message: 'nodes takes at most 100 ids.', path: ['nodes'], extensions: { code: 'BAD_USER_INPUT', limit: 100, actual: 101 } },
    ]);
  });
});

const ID = '0190aaaa-0000-7000-8000-000000000001';
/** Malformed ids, made from a good one of a membership. */
// biome-ignore format: a table is read by its columns
const MALFORMED: readonly (readonly [string, (good: string) => string])[] = [
  ['an empty text',                      () => ''],
  ['a word',                             () => 'x'],
  ['text that is not base64',            () => '§$%&/()=\u{1F600}'],
  ['10,000 letters',                     () => 'x'.repeat(10_000)],
  ['10,000 letters after a good id',     good => good + 'A'.repeat(10_000)],
  ['an id without its last letter',      good => good.slice(0, -1)],
  ['half an id',                         good => good.slice(0, good.length / 2)],
  ['padding',                            good => `${good}=`],
  ['white space',                        good => ` ${good}`],
  ['base64 instead of base64url',        () => Buffer.from(`Tenant:${ID}?>`).toString('base64')],
  ['a type that does not exist',         () => globalId('Nothing', ID)],
  ['a type that is not a node',          () => globalId('Money', 'EUR')],
  ['a plan that does not exist',         () => globalId('Plan', 'GOLD')],
  ['a period that begins in no number',  () => globalId('Usage', ID, '0x1', '2')],
  ['a period with a leading zero',       () => globalId('Usage', ID, '01', '2')],
  ['the interface',                      () => globalId('Node', ID)],
  ['a property of all objects',          () => globalId('toString', ID)],
  ['another type under the same id',     good => globalId('Tenant', ...Buffer.from(good, 'base64url').toString().split(':').slice(1))],
  ['a type without an id',               () => globalId('Tenant')],
  ['an invalid id',                      () => globalId('Tenant', '1')],
  ['an id in upper case',                () => globalId('Tenant', ID.toUpperCase())],
  ['an id with a suffix',                () => globalId('Tenant', ID, '')],
  ['an id with a prefix',                () => globalId('Tenant', ` ${ID}`)],
  ['a tenant row without its tenant',    () => globalId('Dataset', ID)],
  ['a membership of three parts',        () => globalId('Membership', ID, ID, ID)],
  ['the plain id of a tenant',           () => ID],
];

describe.each(['the fast path', 'GraphQL.js alone'])('a malformed id, by %s', kind => {
  const asked = kind === 'the fast path' ? gateway : reference;
  const signIn = () => asked.tokenOf(vic);
  const error = (...path: (string | number)[]) => ({
    message: 'This is not an id that this API gives out.',
    path,
    extensions: { code: 'BAD_USER_INPUT' },
  });

  test.each(MALFORMED)('%s is BAD_USER_INPUT in its place alone', async (_what, malform) => {
    const malformed = malform(ids.membership);
    for (const token of [await signIn(), undefined]) {
      const one = await asked.ask('query ($id: ID!) { node(id: $id) { id } viewer { principal } }', {
        token,
        variables: { id: malformed },
      });
      expect(one.data).toEqual({ node: null, viewer: { principal: token ? 'USER' : 'NOBODY' } });
      expect(one.errors).toMatchObject([error('node')]);
    }
    const many = await asked.ask('query ($ids: [ID!]!) { viewer { principal } nodes(ids: $ids) { id } }', {
      token: await signIn(),
      variables: { ids: [ids.tenant, malformed, absent.tenant, ids.membership, malformed] },
    });
    expect(many.data).toEqual({ viewer: { principal: 'USER' }, nodes: [{ id: ids.tenant }, null, null, { id: ids.membership }, null] });
    expect(many.errors).toMatchObject([error('nodes', 1), error('nodes', 4)]);
  });

  test('in the document, beside a refused id', async () => {
    const { data, errors } = await asked.ask(`{ viewer { principal } nodes(ids: ["${ids.tenant}", "x", ""]) { id } node(id: "x") { id } }`);
    expect(data).toEqual({ viewer: { principal: 'NOBODY' }, nodes: [null, null, null], node: null });
    expect(errors.map(({ path, extensions: { code } }) => [path?.join('.'), code])).toEqual(
      expect.arrayContaining([
        ['nodes.0', 'UNAUTHENTICATED'],
        ['nodes.1', 'BAD_USER_INPUT'],
        ['nodes.2', 'BAD_USER_INPUT'],
        ['node', 'BAD_USER_INPUT'],
      ]),
    );
    expect(errors).toHaveLength(4);
  });
});
