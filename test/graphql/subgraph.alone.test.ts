import { composeServices } from '@theguild/federation-composition';
import { Kind, parse, visit } from 'graphql';
import { uuidv7 as uuid } from 'uuidv7';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildSchema } from '../../src/graphql/schema.ts';
import { useServer } from '../http/server/serve.ts';
import { fixtures, type Person, useDatabase } from '../support/database.ts';
import { marketFixtures } from '../support/market.ts';

const plain = buildSchema();
const database = useDatabase();
const budget = { withoutTenant: 600, trustedProxies: [] };
const gateway = useServer(database, { federation: true, budget });
const closed = useServer(database, { federation: true, introspection: 'off' });

const globalId = (...parts: readonly string[]) => Buffer.from(parts.join(':')).toString('base64url');
const entity = (type: string, ...parts: readonly string[]) => ({ __typename: type, id: globalId(type, ...parts) });

const INSIDE = `__typename
  ... on Tenant { slug status }
  ... on Membership { roles user { name email } }
  ... on User { name email }
  ... on MarketplaceListing { title }`;
const QUERY = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ${INSIDE} } }`;
const entities = (representations: readonly unknown[], token?: string, headers: Record<string, string> = {}) =>
  gateway.ask(QUERY, { token, variables: { representations }, headers });

const tokenOf = (person: Person) => gateway.tokens.sign({ sub: person.subject });
let viewer: string;
let acme: { readonly id: string; readonly slug: string };
let provider: { readonly id: string };
let own: Record<'tenant' | 'membership' | 'user' | 'listing', { readonly __typename: string; readonly id: string }>;
let foreign: readonly { readonly id: string }[];
let absent: readonly { readonly id: string }[];
let secret: string;

beforeAll(async () => {
  const make = fixtures(database);
  const market = marketFixtures(database);
  const [owner, vic, stranger] = [await make.person('Owner'), await make.person('Vic'), await make.person('Stranger')];
  const home = await make.tenant('acme', owner, { plan: 'PROFESSIONAL' });
  const other = await make.tenant('other', stranger, { plan: 'PROFESSIONAL' });
  const membership = await make.member(home, vic, ['viewer']);
  await market.setSides(other, { sells: true });
  const listing = await market.listing(other, { title: 'Tides' });
  [acme, provider] = [home, other];
  own = {
    tenant: entity('Tenant', home.id),
    membership: entity('Membership', home.id, membership.id),
    user: entity('User', vic.id),
    listing: entity('MarketplaceListing', listing.id),
  };
  foreign = [
    entity('Tenant', other.id),
    entity('Membership', other.id, other.owner.id),
    entity('User', stranger.id),
    entity('Dataset', other.id, listing.datasetId),
  ];
  absent = [entity('Tenant', uuid()), entity('Membership', home.id, uuid()), entity('User', uuid()), entity('Dataset', home.id, uuid())];
  viewer = await tokenOf(vic);
  const create = 'mutation { createApiKey(input: { name: "Router", scopes: [TENANT_READ] }) { secret } }';
  secret = (await gateway.ask(create, { token: await tokenOf(owner) })).data.createApiKey.secret;
});

describe('the text of the subgraph', () => {
  const REVIEWS = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])
    type Query { reviews: [Review!]! node(id: ID!): Node }
    interface Node { id: ID! }
    type Review implements Node @key(fields: "id") { id: ID! stars: Int! dataset: Dataset! }
    type Dataset @key(fields: "id", resolvable: false) { id: ID! }
    type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }`;

  const compose = async (reviews: string) => {
    const { data } = await gateway.ask('{ _service { sdl } }', { token: viewer });
    const services = { ipto: data._service.sdl as string, reviews };
    return composeServices(
      Object.entries(services).map(([name, text]) => ({ name, url: `http://${name}.example`, typeDefs: parse(text) })),
    );
  };

  test('composes with another service that refers to an entity, and has a `node` of its own', async () => {
    const { supergraphSdl = '', errors } = await compose(REVIEWS);
    expect(errors).toBeUndefined();
    expect(supergraphSdl).toMatch(
      /^type Dataset .*@join__type\(graph: IPTO, key: "id"\) @join__type\(graph: REVIEWS, key: "id", resolvable: false\)/m,
    );
    expect(supergraphSdl).toMatch(/node\(id: ID!\): Node @join__field\(graph: REVIEWS\)/);
    const nodes = plain.getPossibleTypes(plain.getType('Node') as never).map(({ name }) => name);
    expect(nodes.length).toBeGreaterThan(20);
    expect(nodes.filter(name => !new RegExp(`^type ${name} .*graph: IPTO, key: "id"`, 'm').test(supergraphSdl))).toEqual([]);
  });

  test('has no directive of ours, one of which has the name of a federation directive', async () => {
    const { data } = await gateway.ask('{ _service { sdl } }', { token: viewer });
    const document = parse(data._service.sdl);
    const used = new Set<string>();
    visit(document, { Directive: ({ name }) => void used.add(name.value) });
    expect([...used].sort()).toEqual(['key', 'link', 'shareable', 'specifiedBy']);
    expect(document.definitions.filter(({ kind }) => kind === Kind.DIRECTIVE_DEFINITION)).toEqual([]);
  });

  test('does not compose with a service whose key it lacks', async () => {
    const { errors } = await compose(
      REVIEWS.replace('@key(fields: "id", resolvable: false) { id: ID! }', '@key(fields: "code") { code: ID! }'),
    );
    expect(errors?.length).toBeGreaterThan(0);
  });

  test('is for callers who may read the schema', async () => {
    const query = '{ _service { sdl } }';
    const hidden = { data: undefined, errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] };
    expect(await gateway.ask(query)).toMatchObject(hidden);
    expect(await closed.ask(query, { token: await closed.tokens.sign({ sub: 'vic@people.example' }) })).toMatchObject(hidden);
    expect(
      await closed.ask('query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }', { variables: { r: [] } }),
    ).toMatchObject({
      data: { _entities: [] },
    });
  });

  test('is nowhere unless the operator asks for it', () => {
    expect(Object.keys(plain.getQueryType()!.getFields()).filter(name => name.startsWith('_'))).toEqual([]);
    expect(plain.getType('_Entity')).toBeUndefined();
  });
});

describe('entities', () => {
  test('of the own tenant and of the marketplace are read in the order of their keys', async () => {
    const { data } = await entities([own.listing, own.tenant, own.user, own.tenant], viewer);
    expect(data._entities).toEqual([
      { __typename: 'MarketplaceListing', title: 'Tides' },
      { __typename: 'Tenant', slug: 'acme', status: 'ACTIVE' },
      { __typename: 'User', name: 'Vic', email: null },
      { __typename: 'Tenant', slug: 'acme', status: 'ACTIVE' },
    ]);
  });

  test('T4: of another tenant are null, as absent ones are', async () => {
    for (const list of [foreign, absent]) {
      const { data, errors } = await entities(list, viewer);
      expect({ data, errors }).toEqual({ data: { _entities: [null, null, null, null] }, errors: [] });
    }
  });

  test('G2: a refused field is null with the reason at its path, and its siblings are answered', async () => {
    const { data, errors } = await entities([own.tenant, own.membership], viewer);
    expect(data._entities[1]).toEqual({ __typename: 'Membership', roles: ['VIEWER'], user: { name: 'Vic', email: null } });
    expect(errors).toMatchObject([
      { path: ['_entities', 1, 'user', 'email'], extensions: { code: 'FORBIDDEN', permission: 'member:read-email', because: 'ROLE' } },
    ]);
    const grouped = await entities([own.membership, own.membership], viewer, { 'x-refusals': 'grouped' });
    expect(grouped.errors).toMatchObject([{ extensions: { pattern: '_entities.*.user.email', count: 2 } }]);
  });

  test('of a type that the caller may not read are refused before any look-up', async () => {
    for (const list of [[own.membership], [foreign[1]], [absent[1]]]) {
      const { data, errors } = await entities(list);
      expect(data).toEqual({ _entities: [null] });
      expect(errors).toMatchObject([{ path: ['_entities', 0], extensions: { because: 'SIGN_IN', permission: 'member:list' } }]);
    }
  });

  test('S2: of a suspended provider are absent; of a suspended tenant its members read, and its keys nothing', async () => {
    const { setStatus } = fixtures(database);
    const withKey = () => gateway.ask(QUERY, { token: secret, variables: { representations: [own.tenant] } });
    expect((await withKey()).data._entities).toMatchObject([{ slug: 'acme' }]);
    await setStatus(provider, 'suspended');
    expect((await entities([own.listing], viewer)).data._entities).toEqual([null]);
    await setStatus(acme, 'suspended');
    expect((await entities([own.tenant], viewer)).data._entities).toMatchObject([{ status: 'SUSPENDED' }]);
    expect(await withKey()).toMatchObject({ status: 403, errors: [{ extensions: { code: 'TENANT_STATUS' } }] });
    for (const tenant of [provider, acme]) await setStatus(tenant, 'active');
  });

  test.each([
    ['a key of another type', () => ({ ...own.tenant, __typename: 'User' })],
    ['a type without a key', () => ({ __typename: 'Money', id: globalId('Money', uuid()) })],
    ['a type that is not there', () => ({ __typename: 'Absent', id: 'x' })],
    ['no key', () => ({ __typename: 'Tenant' })],
    ['a key that is no text', () => ({ __typename: 'Tenant', id: { x: 1 } })],
  ])('%s is an error in its place', async (_, representation) => {
    const { data, errors } = await entities([own.tenant, representation()], viewer);
    expect(data._entities).toMatchObject([{ slug: 'acme' }, null]);
    expect(errors).toMatchObject([{ path: ['_entities', 1], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('a representation that is no object, and more than 100, are BAD_USER_INPUT', async () => {
    for (const list of [['x'], [[]], [7], Array.from({ length: 101 }, () => own.tenant)]) {
      const { errors } = await entities(list, viewer);
      expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    }
  });

  test('G7: each representation is charged', async () => {
    const costOf = async (count: number) => {
      const answer = await entities(
        Array.from({ length: count }, () => own.tenant),
        viewer,
        { 'x-cost': '1' },
      );
      return JSON.parse(answer.text).extensions.cost.requested as number;
    };
    const [one, ten] = [await costOf(1), await costOf(10)];
    expect(ten - 1).toBe(10 * (one - 1));
  });

  test.each([1, 2])('G7: of %i refused ones only the field itself is charged', async count => {
    const answer = await entities(
      Array.from({ length: count }, () => own.membership),
      undefined,
      { 'x-cost': '1' },
    );
    expect(answer.errors).toHaveLength(count);
    expect(JSON.parse(answer.text).extensions.cost).toMatchObject({ charged: 1 });
  });

  test('G10: `explain` tells the refusals in advance', async () => {
    const query =
      'query ($document: String!, $variables: JSONObject) { explain(document: $document, variables: $variables) { refusals { pattern } } }';
    const variables = { document: QUERY, variables: { representations: [own.membership] } };
    const { data } = await gateway.ask(query, { token: viewer, variables });
    expect(data.explain.refusals).toEqual([{ pattern: '_entities.*.user.email' }]);
  });
});
