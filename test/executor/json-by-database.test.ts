import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { useWorld } from '../support/isolation/isolation.ts';

/**
 * What PostgreSQL writes as JSON is what GraphQL.js writes, to the byte; GraphQL.js does the rest.
 */
const database = useDatabase();
const world = useWorld(database);
let gateways: TestGateway[];
beforeAll(async () => {
  gateways = await Promise.all([true, false].map(compiled => startTestGateway(database, { poolSize: 2, compiled })));
  for (const { clock } of gateways) clock.set(gateways[0]!.clock.now());
});
afterAll(async () => {
  for (const gateway of gateways ?? []) await gateway.stop();
});

const json = () => gateways[0]!.counts().reads.reduce((sum, { outcome, count }) => sum + (outcome === 'json' ? count : 0), 0);
const subjectOf = (id: string) => (world.rows.person.find(row => row.id === id) as { subject: string }).subject;

/**
 * The answers of a gateway with the executor and of one without, to a third request: the document
 * and the caller's membership are cached then. And how often PostgreSQL wrote JSON.
 */
async function asked(query: string, person = world.a.ownerId, variables = {}) {
  const before = json();
  const [one, other] = await Promise.all(
    gateways.map(async gateway => {
      const token = await gateway.tokenOf({ subject: subjectOf(person) });
      const options = { token, tenant: world.a.tenantId, variables, headers: { 'x-request-id': 'the-same' } };
      for (let times = 0; times < 2; times += 1) await gateway.ask(query, options);
      return gateway.ask(query, options);
    }),
  );
  return { one: one!, other: other!, json: json() - before };
}

const ROW = 'id name createdAt';
const MONEY = '{ currency amount __typename }';

describe('PostgreSQL writes, with the same bytes as GraphQL.js:', () => {
  // biome-ignore format: a table is read by its columns
  test.each([
    ['columns of every type',   '{ tenant { id tenantId slug name status statusReason statusChangedAt deletionDueAt sells buys createdAt billingEmail planSince __typename } }'],
    ['single objects',          '{ tenant { plan { code name features support memberLimit monthlyRetrievals } nextPlan { code } nextPlanAt } }'],
    ['counts',                  '{ tenant { memberCount datasetCount a: memberCount datasets { totalCount edges { node { objectCount } } } } }'],
    ['pages',                   `{ tenant { memberships(first: 2) { totalCount __typename edges { __typename node { id roles joinedAt user { id name email __typename } } } } } }`],
    ['pages of pages',          `{ tenant { datasets { edges { node { ${ROW} description updatedAt objects(first: 2) { edges { node { id name size mediaType createdAt storedAt dataset { id } } } } earnings(first: 1) { totalCount edges { node { id datasetId: title at amount ${MONEY} } } } listing { id status title summary tags price ${MONEY} publishedAt } } } } } }`],
    ['an empty page',           '{ tenant { datasets(first: 0) { edges { node { id } } } memberships(filter: { search: "nobody is called this" }) { totalCount edges { node { id } } } } }'],
    ['invitations',             '{ tenant { invitations { totalCount edges { node { id email roles invitedBy createdAt expiresAt sentAt } } } } }'],
    ['entitlements',            '{ tenant { entitlements(state: OPEN) { totalCount edges { node { id title provider acquiredAt endedAt } } } } }'],
    ['the catalogue',           '{ plans { code name features support apiKeyLimit datasetLimit costPointsPerMinute } }'],
    ['aliases',                 '{ tenant { t: name people: memberships { all: edges { one: node { who: user { n: name } as: roles } } } } }'],
    ['two roots, and fragments', '{ tenant { ...T } viewer { name } plans { code } } fragment T on Tenant { name memberships(first: 1) { edges { node { ...M } } } } fragment M on Membership { id user { name } }'],
  ])('%s', async (_what, query) => {
    const { one, other, json } = await asked(query);
    expect(one.errors).toEqual([]);
    expect(one.text).toBe(other.text);
    expect(json).toBeGreaterThan(0);
  });

  test('results that depend on variables, for each request', async () => {
    const query =
      'query ($first: Int, $role: RoleName) { tenant { memberships(first: $first, filter: { role: $role }) { edges { node { id roles } } } } }';
    for (const variables of [{ first: 1 }, { first: 2 }, { first: 2, role: 'VIEWER' }, { first: 1 }]) {
      const { one, other, json } = await asked(query, world.a.ownerId, variables);
      expect(one.errors).toEqual([]);
      expect(one.text).toBe(other.text);
      expect(json).toBeGreaterThan(0);
    }
  });

  test('G2: the refusal of an object, with its reasons, and the object around it', async () => {
    const { one, other, json } = await asked(
      '{ tenant { name billingEmail memberships(first: 1) { edges { node { roles } } } more: billingEmail } }',
      world.a.userId,
    );
    expect(one.errors.map(({ path }) => path)).toEqual([
      ['tenant', 'billingEmail'],
      ['tenant', 'more'],
    ]);
    expect(one.text).toBe(other.text);
    expect(json).toBeGreaterThan(0);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string, (string | number)[][]]>([
    ['in a list only',           '{ tenant { memberships(first: 2) { edges { node { user { name email } } } } } }', [0, 1].map(at => ['tenant', 'memberships', 'edges', at, 'node', 'user', 'email'])],
    ['beside and inside a list', '{ tenant { a: billingEmail memberships(first: 2) { edges { n: node { id user { e: email email } } } } b: billingEmail } }', [['tenant', 'a'], ...[0, 1].flatMap(at => ['e', 'email'].map(key => ['tenant', 'memberships', 'edges', at, 'n', 'user', key])), ['tenant', 'b']]],
    ['in an empty list',         '{ tenant { memberships(first: 2, filter: { search: "nobody is called this" }) { edges { node { user { email } } } } } }', []],
  ])('G2: a field that is refused %s, with an error for each row in the order of the rows', async (_what, query, paths) => {
    const { one, other, json } = await asked(query, world.a.userId);
    expect(one.errors.map(({ path }) => path)).toEqual(paths);
    expect(one.text).toBe(other.text);
    expect(json).toBeGreaterThan(0);
  });
});

describe("PostgreSQL doesn't write, and GraphQL.js does:", () => {
  // biome-ignore format: a table is read by its columns
  test.each([
    ['cursors',                  '{ tenant { memberships { edges { cursor node { id } } } } }'],
    ['hasNextPage',              '{ tenant { memberships(first: 1) { pageInfo { hasNextPage endCursor } edges { node { id } } } } }'],
    ['a page from the end',      '{ tenant { memberships(last: 1) { edges { node { id } } } } }'],
    ['the state of a provider',  '{ tenant { entitlements { edges { node { title listingId availability } } } } }'],
    ['computed fields',          '{ tenant { name memberUse { used } } }'],
    ['objects without a type',   '{ tenant { auditEvents { edges { node { before } } } } }'],
  ])('%s', async (_what, query) => {
    const { one, other, json } = await asked(query);
    expect(one.errors).toEqual([]);
    expect(one.text).toBe(other.text);
    expect(json).toBe(0);
  });
});

test('timestamps with any fraction of a second, any text, and an unknown enum value', async () => {
  const query = '{ tenant { name createdAt statusChangedAt status } }';
  for (const [name, at] of [
    ['"quoted" \\ and\ttabbed', '2026-01-02T03:04:05.1Z'],
    ['\u0001\u007f\u2028é😀', '2026-01-02T03:04:05.12Z'],
    ['plain', '0001-01-01T00:00:00Z'],
    ['late', '9999-12-31T23:59:59.999Z'],
  ]) {
    await database.sql('UPDATE tenant SET name = $2, status_changed_at = $3 WHERE tenant_id = $1', [world.a.tenantId, name, at]);
    const { one, other, json } = await asked(query);
    expect(one.text).toBe(other.text);
    expect(one.data.tenant).toMatchObject({ name, statusChangedAt: new Date(at!).toISOString() });
    expect(json).toBeGreaterThan(0);
  }
  await database.sql('ALTER TABLE plan DROP CONSTRAINT plan_support_check');
  await database.sql(`UPDATE plan SET support = 'unheard of' WHERE code = 'FREE'`);
  const { one, other } = await asked('{ plans { code support } }');
  expect(one.text).toBe(other.text);
  expect(one.errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
});
