import { beforeAll, describe, expect, test } from 'vitest';
import { fixtures, type Person, useDatabase } from '../../support/database.ts';
import { type Answer, type Query, useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const budget = { withoutTenant: 40, trustedProxies: ['loopback'] };
const gateway = useGateway(database, { budget });
const replica = useGateway(database, { budget, compiled: false });
const make = fixtures(database);

const MEMBERS = '{ tenant { memberships(first: 100) { edges { node { roles } } } } }';
/** tenant, the page itself, and for each of 100 rows: edges, node and roles. */
const MEMBERS_COST = 2 + 100 * 3;
const CHEAP = '{ tenant { name } }';

let names = 0;
/** A tenant of its own, with its owner's way to ask. */
async function tenantOn(plan: 'FREE' | 'STARTER' | 'PROFESSIONAL' | 'ENTERPRISE' = 'FREE') {
  names += 1;
  const owner = await make.person(`Payer ${names}`);
  const tenant = await make.tenant(`paying-${names}`, owner, { plan });
  const tokens = { gateway: await gateway.tokenOf(owner), replica: await replica.tokenOf(owner) };
  const ask = (query: string, more: Query = {}, at: 'gateway' | 'replica' = 'gateway') =>
    (at === 'gateway' ? gateway : replica).ask(query, { token: tokens[at], tenant: tenant.slug, ...more });
  return { owner, tenant, ask };
}

const costOf = ({ text }: Answer) => JSON.parse(text).extensions.cost as Record<string, unknown>;
const withCost = { headers: { 'x-cost': '1' } };
const limitsIn = ({ headers }: Answer) => [headers.get('ratelimit-policy'), headers.get('ratelimit'), headers.get('retry-after')];

beforeAll(() => {
  // A second into the minute, which ends in 59.
  const start = new Date('2026-03-01T12:00:01Z');
  gateway.clock.set(start);
  replica.clock.set(start);
});

describe('G7: an operation', () => {
  test.each(['gateway', 'replica'] as const)('is charged the rows that there are, not the size of its page (%s)', async at => {
    const { tenant, ask } = await tenantOn();
    await make.member(tenant, await make.person(`Second ${names}`), ['viewer']);
    for (let times = 0; times < 2; times += 1)
      expect(costOf(await ask(MEMBERS, withCost, at))).toMatchObject({ requested: MEMBERS_COST, charged: 2 + 2 * 3 });
    expect(limitsIn(await ask(CHEAP, {}, at))).toEqual(['"cost";q=1000;w=60', `"cost";r=${1000 - 8 - 8 - 2};t=59`, null]);
  });

  test.each(['gateway', 'replica'] as const)('is charged nothing for a refused field, nor for what is below it (%s)', async at => {
    const { tenant, ask } = await tenantOn();
    const viewer = await make.person(`Viewer ${names}`);
    await make.member(tenant, viewer, ['viewer']);
    const token = await (at === 'gateway' ? gateway : replica).tokenOf(viewer);
    const query =
      '{ tenant { billingEmail name memberships(first: 5) { edges { node { user { email } } } } auditEvents(first: 50) { edges { node { id } } } } }';
    for (let times = 0; times < 2; times += 1) {
      const answer = await ask(query, { token, ...withCost }, at);
      expect(answer.errors).toHaveLength(4);
      // tenant, name, memberships; for each of two members: edges, node, user. No e-mail address.
      expect(costOf(answer)).toMatchObject({ requested: 1 + 1 + 1 + 1 + 5 * 4 + 1 + 50 * 3, charged: 3 + 2 * 3 });
    }
    expect(
      costOf(await ask('mutation { renameTenant(input: { name: "X" }) { tenant { name } } }', { token, ...withCost }, at)),
    ).toMatchObject({
      requested: 3,
      charged: 0,
    });
  });

  test.each([1, 3])('is charged nothing for %i refused nodes', async count => {
    const id = Buffer.from('Tenant:019aa2f0-6c1e-7c1e-b6c1-5d0c5b7a2f11').toString('base64url');
    const answer = await gateway.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } viewer { principal } }', {
      variables: { ids: Array.from({ length: count }, () => id) },
      ...withCost,
    });
    expect(answer.errors).toHaveLength(count);
    // nodes, viewer and principal
    expect(costOf(answer)).toMatchObject({ requested: 3 + count, charged: 3 });
  });

  test('whose page shows no rows is charged its size', async () => {
    const { ask } = await tenantOn();
    expect(costOf(await ask('{ tenant { memberships(first: 7) { totalCount } } }', withCost))).toMatchObject({ requested: 9, charged: 9 });
  });

  test('that fails validation or the limits costs nothing', async () => {
    const { ask } = await tenantOn();
    for (const query of [
      '{ nothing }',
      '{',
      `{ ${'a: tenant { memberships(first: 100) { edges { node { roles user { name } } } } } '.repeat(1)} nodes(ids: []) { id } ${Array.from({ length: 25 }, (_, at) => `n${at}: tenant { memberships(first: 100) { edges { node { roles user { name } } } } }`).join(' ')} }`,
    ])
      expect((await ask(query)).status).toBeLessThan(429);
    expect(limitsIn(await ask(CHEAP))[1]).toBe('"cost";r=998;t=59');
  });

  test('asks for its cost with `X-Cost: 1` and nothing else', async () => {
    const { ask } = await tenantOn();
    const answer = await ask(CHEAP, { headers: { 'x-cost': 'yes' } });
    expect([answer.status, answer.errors[0]!.extensions.code]).toEqual([400, 'BAD_REQUEST']);
    expect(JSON.parse((await ask(CHEAP)).text)).not.toHaveProperty('extensions');
    expect(costOf(await ask(CHEAP, withCost))).toEqual({
      requested: 2,
      charged: 2,
      remaining: 1000 - 4,
      resetAt: '2026-03-01T12:01:00.000Z',
    });
  });
});

describe('G7: a tenant over its budget', () => {
  /** 1 + 1 + `rows` × 5 points, however many rows there are. */
  const page = (rows: number) =>
    `{ tenant { memberships(first: ${rows}) { totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } } }`;

  /** Leaves 247 points, or none. */
  async function useUp(ask: Awaited<ReturnType<typeof tenantOn>>['ask'], left: 247 | 0) {
    const pages = [38, 37, 37, 37, ...(left ? [] : [49])];
    for (const rows of pages) await ask(page(rows));
  }

  test('is refused, with when to try again and what a higher plan allows, until the minute is over', async () => {
    const { ask } = await tenantOn();
    await useUp(ask, 247);
    for (let times = 0; times < 2; times += 1) {
      const refused = await ask(MEMBERS);
      expect(refused.status).toBe(429);
      expect(refused.errors).toHaveLength(1);
      expect(refused.errors[0]!.extensions).toMatchObject({
        code: 'RATE_LIMITED',
        ...{ requested: MEMBERS_COST, limit: 1000, remaining: 247, resetAt: '2026-03-01T12:01:00.000Z', retryAfter: 59 },
        plans: [
          { plan: 'STARTER', costPointsPerMinute: 10_000 },
          { plan: 'PROFESSIONAL', costPointsPerMinute: 100_000 },
          { plan: 'ENTERPRISE', costPointsPerMinute: null },
        ],
      });
      expect(limitsIn(refused)).toEqual(['"cost";q=1000;w=60', '"cost";r=247;t=59', '59']);
    }
    expect((await ask(CHEAP)).status).toBe(200);
    gateway.clock.advance({ minutes: 1 });
    expect(limitsIn(await ask(MEMBERS))[1]).toBe(`"cost";r=${1000 - 5};t=59`);
    gateway.clock.advance({ minutes: -1 });
  });

  test('P2: goes on at the next request after an upgrade', async () => {
    const { tenant, ask } = await tenantOn();
    await useUp(ask, 0);
    expect((await ask(CHEAP)).status).toBe(429);
    await database.sql('UPDATE tenant SET plan_code = $2 WHERE tenant_id = $1', [tenant.id, 'STARTER']);
    expect(limitsIn(await ask(CHEAP))[0]).toBe('"cost";q=10000;w=60');
  });

  test('slows no other tenant, and a member who acts elsewhere pays there', async () => {
    const { owner, ask } = await tenantOn();
    const other = await make.tenant(`elsewhere-${names}`, await make.person(`Other owner ${names}`));
    await make.member(other, owner, ['viewer']);
    await useUp(ask, 0);
    expect((await ask(CHEAP)).status).toBe(429);
    expect((await ask(CHEAP, { tenant: other.slug })).status).toBe(200);
  });
});

describe('G7: an operation dearer than the whole budget', () => {
  const DEAR =
    '{ tenant { a: memberships(first: 100) { edges { node { roles } } } b: memberships(first: 100) { edges { node { roles } } } c: memberships(first: 100) { edges { node { roles } } } d: memberships(first: 100) { edges { node { roles } } } } }';

  test('is COST_TOO_HIGH, with the plans that allow it, also when the budget is used up', async () => {
    const { ask } = await tenantOn();
    for (let times = 0; times < 2; times += 1) {
      const refused = await ask(DEAR);
      expect(refused.status).toBe(400);
      expect(refused.errors[0]!.extensions).toMatchObject({
        code: 'COST_TOO_HIGH',
        requested: 1 + 4 * 301,
        limit: 1000,
        plans: [{ plan: 'STARTER' }, { plan: 'PROFESSIONAL' }, { plan: 'ENTERPRISE' }],
      });
      expect(refused.headers.get('retry-after')).toBeNull();
    }
    const { ask: onStarter } = await tenantOn('STARTER');
    expect((await onStarter(DEAR)).errors).toEqual([]);
  });
});

describe('G7: a budget', () => {
  test('P1: is the contract’s on Enterprise, and without one there is none', async () => {
    const { tenant, ask } = await tenantOn('ENTERPRISE');
    const QUERY = '{ rateLimit { limit remaining resetAt } }';
    const nothing = { limit: null, remaining: null, resetAt: '2026-03-01T12:01:00.000Z' };
    const answer = await ask(QUERY, withCost);
    expect([answer.data.rateLimit, limitsIn(answer)[0], costOf(answer).remaining]).toEqual([nothing, null, null]);
    await database.sql('INSERT INTO contract (tenant_id, cost_points_per_minute) VALUES ($1, 77)', [tenant.id]);
    expect((await ask(QUERY)).data.rateLimit).toEqual({ limit: 77, remaining: 77 - 4, resetAt: '2026-03-01T12:01:00.000Z' });
    await database.sql('UPDATE contract SET cost_points_per_minute = NULL WHERE tenant_id = $1', [tenant.id]);
    expect((await ask(QUERY)).data.rateLimit.limit).toBeNull();
  });

  test('K3: of an API key is its tenant’s, with the contract’s limit', async () => {
    const { tenant, ask } = await tenantOn('ENTERPRISE');
    await database.sql('INSERT INTO contract (tenant_id, cost_points_per_minute) VALUES ($1, 100)', [tenant.id]);
    const { data } = await ask('mutation { createApiKey(input: { name: "Nightly", scopes: [TENANT_READ] }) { secret } }');
    const before = Number(/r=(\d+)/.exec(limitsIn(await ask(CHEAP))[1]!)![1]);
    const byKey = await gateway.ask(CHEAP, { token: data.createApiKey.secret });
    expect(limitsIn(byKey)).toEqual(['"cost";q=100;w=60', `"cost";r=${before - 2};t=59`, null]);
    expect(limitsIn(await ask(CHEAP))[1]).toBe(`"cost";r=${before - 4};t=59`);
  });

  test('K1: of an API key may have a cap, which is counted beside that of its tenant', async () => {
    const { ask } = await tenantOn('STARTER');
    const CREATE =
      'mutation ($cap: Int) { createApiKey(input: { name: "Capped", scopes: [TENANT_READ], costPointsPerMinute: $cap }) { secret apiKey { costPointsPerMinute } } }';
    expect((await ask(CREATE, { variables: { cap: 0 } })).errors[0]!.extensions.code).toBe('BAD_USER_INPUT');
    const { data } = await ask(CREATE, { variables: { cap: 20 } });
    expect(data.createApiKey.apiKey).toEqual({ costPointsPerMinute: 20 });
    const byKey = (query: string, more: Query = {}) => gateway.ask(query, { token: data.createApiKey.secret, ...more });

    const before = Number(/r=(\d+)/.exec(limitsIn(await ask(CHEAP))[1]!)![1]);
    expect(limitsIn(await byKey(CHEAP))).toEqual([
      '"cost";q=10000;w=60, "key";q=20;w=60',
      `"cost";r=${before - 2};t=59, "key";r=18;t=59`,
      null,
    ]);
    expect((await byKey('{ rateLimit { limit remaining } }')).data.rateLimit).toEqual({ limit: 20, remaining: 15 });
    expect(costOf(await byKey('{ tenant { a: name b: name c: name } viewer { name } }', withCost))).toMatchObject({ remaining: 9 });
    const tooHigh = await byKey('{ tenant { memberships(first: 9) { edges { node { id } } } } }');
    expect([tooHigh.status, tooHigh.errors[0]!.extensions]).toMatchObject([
      400,
      { code: 'COST_TOO_HIGH', cap: 'API_KEY', limit: 20, plans: [] },
    ]);

    const usedUp = '{ tenant { memberships(first: 3) { edges { node { id } } } } }'; // 11 points
    const refused = await byKey(usedUp);
    const left = Number(/r=(\d+)/.exec(limitsIn(await ask(CHEAP))[1]!)![1]);
    expect(refused.status).toBe(429);
    expect(refused.errors[0]).toMatchObject({
      message: 'The operation costs up to 11 points; 9 of 20 are left to this API key, by its cap, in this minute. Try again in 59 s.',
      extensions: { code: 'RATE_LIMITED', cap: 'API_KEY', requested: 11, limit: 20, remaining: 9, retryAfter: 59, plans: [] },
    });
    expect(limitsIn(refused)[1]).toBe(`"cost";r=${left + 2};t=59, "key";r=9;t=59`);
  });

  test('K1: refuses an API key also below its cap, and takes nothing of the cap then', async () => {
    const { tenant, ask } = await tenantOn('ENTERPRISE');
    await database.sql('INSERT INTO contract (tenant_id, cost_points_per_minute) VALUES ($1, 60)', [tenant.id]);
    const { data } = await ask(
      'mutation { createApiKey(input: { name: "Capped", scopes: [TENANT_READ], costPointsPerMinute: 50 }) { secret } }',
    );
    for (let times = 0; times < 28; times += 1) await ask(CHEAP);
    const byKey = () => gateway.ask('{ tenant { name slug } }', { token: data.createApiKey.secret });
    for (let times = 0; times < 2; times += 1) {
      const refused = await byKey();
      expect([refused.status, refused.errors[0]!.extensions.cap, refused.errors[0]!.extensions.limit]).toEqual([429, undefined, 60]);
      expect(limitsIn(refused)[1]).toMatch(/"key";r=50;t=59$/);
    }
  });

  test('T2: of a person without a tenant is their own', async () => {
    const people: Person[] = [await make.person('Nomad'), await make.person('Hermit')];
    for (const person of people) {
      const token = await gateway.tokenOf(person);
      expect((await gateway.ask('{ rateLimit { limit remaining } }', { token })).data.rateLimit).toEqual({ limit: 40, remaining: 37 });
      expect((await gateway.ask('{ rateLimit { limit remaining } }', { token })).data.rateLimit.remaining).toBe(34);
    }
  });

  test.each([
    ['an IPv4 address', '203.0.113.1', '203.0.113.1', '203.0.113.2'],
    ['an IPv4 address in IPv6', '203.0.113.7', '::ffff:203.0.113.7', '::ffff:203.0.113.8'],
    ['an IPv6 network of 64 bits', '2001:db8:0:1::1', '2001:db8:0:1:ffff::2', '2001:db8:0:2::1'],
    ['the last address that no trusted proxy reported', '198.51.100.1', '192.0.2.1, 198.51.100.1, 127.0.0.1', '198.51.100.1, 192.0.2.1'],
  ])('T2: of %s is shared by its anonymous requests', async (_what, one, same, other) => {
    const remaining = async (address: string) =>
      (await gateway.ask('{ rateLimit { remaining } }', { headers: { 'x-forwarded-for': address } })).data.rateLimit.remaining;
    expect([await remaining(one), await remaining(same), await remaining(other)]).toEqual([38, 36, 38]);
  });

  test('that no plan enlarges is refused without plans', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.99' };
    for (let times = 0; times < 20; times += 1) await gateway.ask('{ rateLimit { remaining } }', { headers });
    const refused = await gateway.ask('{ rateLimit { remaining } }', { headers });
    expect([refused.status, refused.errors[0]!.extensions]).toEqual([
      429,
      expect.objectContaining({ code: 'RATE_LIMITED', limit: 40, plans: [] }),
    ]);
  });
});
