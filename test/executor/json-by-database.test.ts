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
    ['charges',                 `{ tenant { charges(first: 1, from: "2020-01-01T00:00:00Z") { totalCount edges { cursor node { id amount ${MONEY} title provider at } } pageInfo { hasNextPage endCursor } } } }`],
    ['the catalogue',           '{ plans { code name features support apiKeyLimit datasetLimit costPointsPerMinute } }'],
    ['cursors',                 '{ tenant { memberships { edges { c: cursor node { id } } } auditEvents { edges { cursor } } } }'],
    ['a page and its info',     `{ tenant { memberships(first: 1) { p: pageInfo { __typename end: endCursor hasNextPage startCursor } edges { node { id } } totalCount __typename } } }`],
    ['the info of a whole page', '{ tenant { memberships(first: 100) { pageInfo { hasNextPage endCursor } edges { node { id user { name } } } } } }'],
    ['the info of no rows',     '{ tenant { memberships(first: 0) { pageInfo { hasNextPage startCursor endCursor } edges { node { id } } } none: datasets(filter: { search: "nobody" }) { edges { node { id } } pageInfo { hasNextPage endCursor } } } }'],
    ['the info of inner pages', '{ tenant { datasets(first: 2) { pageInfo { hasNextPage } edges { node { objects(first: 1) { pageInfo { hasNextPage endCursor } edges { node { id } } } } } } } }'],
    ['objects without a type',  '{ tenant { auditEvents { edges { node { action before outcome after actorKind } } pageInfo { hasNextPage } } } }'],
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

  test('objects with blanks, quotes, nested values and numbers, as JSON.stringify writes them', async () => {
    const state = { 'a "key": 1': ' x :  , y\\', list: [1, 2.5, 1e21, null, { deep: [] }], text: 'é😀\u0001', none: {} };
    await database.sql('UPDATE audit_event SET state_after = $2 WHERE tenant_id = $1', [world.a.tenantId, JSON.stringify(state)]);
    const { one, other, json } = await asked('{ tenant { auditEvents(first: 2) { edges { node { after before } } } } }');
    expect(one.data.tenant).toMatchObject({ auditEvents: { edges: [{ node: { after: state } }, {}] } });
    expect(one.text).toBe(other.text);
    expect(json).toBeGreaterThan(0);
  });

  test('pages after a cursor that the page before gave out, to the last', async () => {
    const query =
      'query ($after: String) { tenant { auditEvents(first: 1, after: $after) { edges { node { sequence } } pageInfo { hasNextPage endCursor } } } }';
    const seen: number[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { one, other, json } = await asked(query, world.a.ownerId, { after });
      expect(one.text).toBe(other.text);
      expect(json).toBeGreaterThan(0);
      const { edges, pageInfo } = one.data.tenant.auditEvents;
      seen.push(...edges.map(({ node }: { node: { sequence: number } }) => node.sequence));
      ({ hasNextPage: more, endCursor: after } = pageInfo);
    }
    const [{ count } = {}] = await database.sql('SELECT count(*)::int FROM audit_event WHERE tenant_id = $1', [world.a.tenantId]);
    expect(seen).toEqual(Array.from({ length: count }, (_, at) => count - at));
    expect(count).toBeGreaterThan(1);
  });

  const PERIOD = `query ($from: DateTime, $until: DateTime, $first: Int, $after: String) { tenant { name
    u: usage(from: $from, until: $until) { __typename records(first: $first, after: $after) {
      totalCount edges { cursor node { id objectName size at charge { id amount ${MONEY} } entitlement { title } } } pageInfo { hasNextPage endCursor }
    } } } }`;

  test('the usage records of a period, to the last page', async () => {
    const [{ at, count }] = (await database.sql<{ at: Date; count: number }>(
      'SELECT min(at) AS at, count(*)::int FROM usage_record WHERE tenant_id = $1',
      [world.a.tenantId],
    )) as [{ at: Date; count: number }];
    const days = (number: number) => new Date(at.getTime() + number * 86_400_000).toISOString();
    const around = { from: days(-1), until: days(300), first: 1 };
    let seen = 0;
    for (let after: string | null = null, more = true; more; ) {
      const { one, other, json } = await asked(PERIOD, world.a.ownerId, { ...around, after });
      expect([one.errors, json > 0]).toEqual([[], true]);
      expect(one.text).toBe(other.text);
      const { totalCount, edges, pageInfo } = one.data.tenant.u.records;
      seen += edges.length;
      expect(totalCount).toBe(count);
      ({ hasNextPage: more, endCursor: after } = pageInfo);
    }
    expect([seen, count]).toEqual([count, expect.toSatisfy((found: number) => found > 0)]);
    const before = await asked(PERIOD, world.a.ownerId, { from: days(-9), until: days(-8) });
    expect([before.one.data.tenant.u.records.edges, before.json > 0]).toEqual([[], true]);
    expect(before.one.text).toBe(before.other.text);
  });

  test('G2: the refusal of the records to an operator, who may see the period', async () => {
    const setRoles = (roles: string) =>
      database.sql('UPDATE membership SET roles = $3 WHERE tenant_id = $1 AND person_id = $2', [world.a.tenantId, world.a.userId, roles]);
    await setRoles('{operator}');
    const { one, other, json } = await asked(PERIOD, world.a.userId, { from: '2026-01-01T00:00:00Z', until: '2026-12-31T00:00:00Z' });
    await setRoles('{viewer}');
    expect(one.data.tenant.u).toEqual({ __typename: 'Usage', records: null });
    expect(one.errors).toMatchObject([{ path: ['tenant', 'u', 'records'], extensions: { permission: 'usage:read' } }]);
    expect([one.text, json > 0]).toEqual([other.text, true]);
  });

  // biome-ignore format: a table is read by its columns
  test.each([
    ['of the billing cycle, which the plan says', {}],
    ['that ends before it begins',                { from: '2026-02-01T00:00:00Z', until: '2026-01-01T00:00:00Z' }],
    ['that is too long',                          { from: '2020-01-01T00:00:00Z', until: '2026-01-01T00:00:00Z' }],
    ['from the end',                              { from: '2026-01-01T00:00:00Z', until: '2026-02-01T00:00:00Z', first: 1_000 }],
  ])('a period %s is left to GraphQL.js', async (_what, variables) => {
    const { one, other, json } = await asked(PERIOD, world.a.ownerId, variables);
    expect([one.text, json]).toEqual([other.text, 0]);
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
    ['a page from the end',      '{ tenant { memberships(last: 1) { edges { node { id } } } } }'],
    ['the state of a provider',  '{ tenant { entitlements { edges { node { title listingId availability } } } } }'],
    ['computed fields',          '{ tenant { name memberUse { used } } }'],
    ['hasPreviousPage',          '{ tenant { memberships(first: 1) { pageInfo { hasPreviousPage } edges { node { id } } } } }'],
    ['page info without a page', '{ tenant { memberships(first: 1) { pageInfo { endCursor } } } }'],
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
