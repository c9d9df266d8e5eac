import { randomBytes, randomUUID } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { OBSTACLES } from '../../src/access/grant.ts';
import { PERMISSIONS } from '../../src/access/policy.ts';
import { ERRORS } from '../../src/domain/core/errors.ts';
import { fixtures, type Member, useDatabase } from '../support/database.ts';
import { useGateway } from '../support/gateway.ts';
import { subscribe } from '../support/subscribe.ts';
import { FAILING } from './failing.ts';
import { ANY_PORT, scrape, valueIn } from './scrape.ts';

const database = useDatabase();
const gateway = useGateway(database, { metrics: ANY_PORT, budget: { withoutTenant: 5_000, trustedProxies: [] } });
const make = fixtures(database);

let owner: Member;
let viewer: Member;
beforeAll(async () => {
  const tenant = await make.tenant('home', await make.person('Ann'), { plan: 'PROFESSIONAL' });
  owner = tenant.owner;
  viewer = await make.member(tenant, await make.person('Vic'), ['viewer']);
});

const as = async ({ person, tenantId }: Member) => ({ token: await gateway.tokenOf(person), tenant: tenantId });
const series = () => scrape(gateway.metricsUrl);

/** How much the time series of a name grow while something runs. */
async function growth(name: string, labels: Readonly<Record<string, string>>, run: () => Promise<unknown>): Promise<number> {
  const before = valueIn(await series(), name, labels);
  await run();
  return valueIn(await series(), name, labels) - before;
}

const NAME = '{ tenant { name } }';
const EMAILS = '{ tenant { billingEmail memberships(first: 10) { edges { node { user { email } } } } } }';

test('requests are counted by type, document and code, once each', async () => {
  const caller = await as(owner);
  const ok = { type: 'query', document: 'other', code: 'OK' };
  expect(await growth('ipto_operations_total', ok, async () => void (await gateway.ask(NAME, caller)))).toBe(1);
  expect(await growth('ipto_operations_total', ok, async () => void (await gateway.ask(NAME, caller)))).toBe(1);
  const rename = () => gateway.ask('mutation { renameTenant(input: { name: "New" }) { tenant { name } } }', caller);
  expect(await growth('ipto_operations_total', { ...ok, type: 'mutation' }, rename)).toBe(1);
  const unknown = { type: 'none', document: 'other', code: 'GRAPHQL_VALIDATION_FAILED' };
  expect(await growth('ipto_operations_total', unknown, () => gateway.ask('{ nothing }', caller))).toBe(1);
  const stranger = { type: 'query', document: 'other', code: 'TENANT_NOT_FOUND' };
  expect(await growth('ipto_operations_total', stranger, () => gateway.ask(NAME, { ...caller, tenant: 'elsewhere' }))).toBe(1);
  const forged = { type: 'query', document: 'other', code: 'UNAUTHENTICATED' };
  expect(await growth('ipto_operations_total', forged, () => gateway.ask(NAME, { token: 'no.token.this' }))).toBe(1);
  expect(await growth('ipto_operation_duration_seconds_count', { type: 'query' }, () => gateway.ask(NAME, caller))).toBe(1);
  expect(await growth('ipto_responses_total', { route: 'graphql', status: '4xx' }, () => gateway.ask(NAME, { token: 'x' }))).toBe(1);
});

test('G2: every refused field is counted by permission and obstacle, once, by each way of execution', async () => {
  const caller = await as(viewer);
  const emails = { permission: 'member:read-email', because: 'ROLE' };
  const billing = { permission: 'billing-contact:read', because: 'ROLE' };
  // By GraphQL.js, then by its query plan under an optimistic context, then grouped.
  for (const headers of [{}, {}, { 'x-refusals': 'grouped' }] as Record<string, string>[]) {
    const ask = () => gateway.ask(EMAILS, { ...caller, headers });
    expect(await growth('ipto_refusals_total', emails, ask)).toBe(2);
    expect(await growth('ipto_refusals_total', billing, ask)).toBe(1);
  }
  const rename = () => gateway.ask('mutation { renameTenant(input: { name: "New" }) { tenant { name } } }', caller);
  for (let times = 0; times < 3; times += 1)
    expect(await growth('ipto_refusals_total', { permission: 'tenant:rename', because: 'ROLE' }, rename)).toBe(1);
});

test('a request whose role has changed since the cache was filled is counted by its last execution, once', async () => {
  const member = await make.member({ id: owner.tenantId } as never, await make.person('Dee'), ['admin']);
  const caller = await as(member);
  for (let times = 0; times < 2; times += 1) await gateway.ask(EMAILS, caller);
  const emails = { permission: 'member:read-email', because: 'ROLE' };
  async function grownAs(role: string) {
    await database.sql('UPDATE membership SET roles = $2 WHERE id = $1', [member.id, [role]]);
    const before = await series();
    await gateway.ask(EMAILS, caller);
    const after = await series();
    const grown = (name: string, labels: Record<string, string>) => valueIn(after, name, labels) - valueIn(before, name, labels);
    const counted = (code: string) => grown('ipto_operations_total', { type: 'query', code });
    return { refusals: grown('ipto_refusals_total', emails), ok: counted('OK'), forbidden: counted('FORBIDDEN') };
  }
  expect(await grownAs('viewer')).toEqual({ refusals: 3, ok: 0, forbidden: 1 });
  expect(await grownAs('admin')).toEqual({ refusals: 0, ok: 1, forbidden: 0 });
});

test('G7: the points that are charged, and those that are refused, add up', async () => {
  const caller = await as(owner);
  const { headers } = await gateway.ask(NAME, { ...caller, headers: { 'x-cost': '1' } });
  expect(headers.get('ratelimit')).not.toBeNull();
  const cost = 2; // tenant, name
  expect(await growth('ipto_cost_charged_points_total', {}, () => gateway.ask(NAME, caller))).toBe(cost);
  await database.sql("UPDATE plan SET cost_points_per_minute = 1 WHERE code = 'PROFESSIONAL'");
  const refused = { code: 'COST_TOO_HIGH' };
  expect(await growth('ipto_cost_refused_points_total', refused, () => gateway.ask(NAME, caller))).toBe(cost);
  await database.sql("UPDATE plan SET cost_points_per_minute = 100000 WHERE code = 'PROFESSIONAL'");
});

test('ways of execution, query plans and their fallbacks are counted', async () => {
  const caller = await as(owner);
  await gateway.ask(NAME, caller);
  expect(await growth('ipto_executions_total', { way: 'optimistic' }, () => gateway.ask(NAME, caller))).toBe(1);
  expect(await growth('ipto_query_plans_answered_total', {}, () => gateway.ask(NAME, caller))).toBe(1);
  const skipped = '{ tenant @include(if: true) { name } }';
  expect(await growth('ipto_executions_total', { way: 'yoga' }, () => gateway.ask(skipped, caller))).toBe(1);
  expect(await growth('ipto_fallbacks_total', { reason: 'directive' }, () => gateway.ask(skipped, caller))).toBeGreaterThan(0);
  expect(await growth('ipto_executions_total', { way: 'yoga' }, () => gateway.ask('{ nothing }', caller))).toBe(0);
});

test('statements, waits for a connection and shared connections are counted', async () => {
  const caller = await as(owner);
  await gateway.ask(NAME, caller);
  const ask = () => gateway.ask(NAME, caller);
  // A new token also refreshes its person, some time after the response.
  expect(await growth('ipto_statement_duration_seconds_count', {}, ask)).toBeGreaterThan(0);
  expect(await growth('ipto_pipelined_reads_total', {}, ask)).toBe(1);
  expect(await growth('ipto_pool_wait_seconds_count', {}, ask)).toBeGreaterThan(0);
  expect(await growth('ipto_reads_total', { outcome: 'json' }, ask)).toBe(1);
  await database.sql(FAILING);
  const fail = () => gateway.ask('mutation { renameTenant(input: { name: "Fails" }) { __typename } }', caller);
  expect(await growth('ipto_statement_failures_total', {}, fail)).toBe(1);
  expect(await growth('ipto_operations_total', { type: 'mutation', code: 'INTERNAL_SERVER_ERROR' }, fail)).toBe(1);
  expect(await growth('ipto_requests_in_progress', {}, ask)).toBe(0);
});

test('the public port serves no metrics and no verbose readiness', async () => {
  expect((await fetch(`${gateway.url}/metrics`)).status).toBe(404);
  expect(await (await fetch(`${gateway.url}/readyz?verbose`)).json()).toEqual({ status: 'ready' });
});

test('no label has a text from a client, a tenant or a person: a flood adds no series but those of known codes', async () => {
  const caller = await as(owner);
  const flood = async (of: number) => {
    for (let at = 0; at < of; at += 1) {
      const text = `x${randomBytes(6).toString('hex')}`;
      const [name, variable] = [`operation_${text}`, `variable_${text}`];
      await gateway.ask(`query ${name} { ${text}: tenant { name } }`, caller);
      await gateway.ask(`query ${name} { ${text} }`, caller);
      await gateway.ask(`mutation ${name} { ${text}: renameTenant(input: { name: "${text}" }) { __typename } }`, caller);
      await gateway.ask(`query ${name}($${variable}: Int) { tenant { name } }`, { ...caller, variables: { [variable]: text } });
      await gateway.ask('{ tenant { name } }', { ...caller, tenant: text, headers: { [text]: text, 'x-request-id': text } });
      await gateway.ask('{ tenant { name } }', { ...caller, tenant: randomUUID() });
      await gateway.ask('{ viewer { name } }', { token: await gateway.tokenOf({ subject: text, name: text }) });
      await gateway.ask('{ tenant { name } }', { token: text });
      await fetch(`${gateway.url}/${text}?${text}`, { headers: { accept: text } });
      await fetch(`${gateway.url}/graphql`, { method: text.toUpperCase().slice(0, 5) === 'X0000' ? 'POST' : 'PROPFIND', body: text });
      await fetch(`${gateway.url}/graphql`, { method: 'POST', body: text, headers: { 'content-type': text } });
    }
  };
  await flood(2);
  const before = await series();
  await flood(40);
  const after = await series();
  const ours = after.filter(({ name }) => name.startsWith('ipto_'));
  const names = (of: typeof after) => of.map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`);
  expect(names(ours).filter(name => !names(before).includes(name))).toEqual([]);
  expect(after.length).toBeLessThan(600);
  const known = new Set<string>([...Object.keys(ERRORS), ...PERMISSIONS, ...OBSTACLES, 'OK', 'CLIENT_LEFT', 'OTHER', 'any']);
  const labels = (label: string) => new Set(ours.flatMap(({ labels: all }) => all[label] ?? []));
  for (const label of ['code', 'permission', 'because']) expect([...labels(label)].filter(text => !known.has(text))).toEqual([]);
  expect([...labels('type')].sort()).toEqual(['mutation', 'none', 'query', 'subscription']);
  expect([...labels('document')]).toEqual(['other']);
  expect([...labels('route')].sort()).toEqual(['graphql', 'other', 'readyz']);
  expect([...labels('status')].sort()).toEqual(['2xx', '4xx']);
});

test('subscriptions are counted while they are open, and what is sent to them', async () => {
  const caller = await as(owner);
  const subscribed = await subscribe(gateway.url, 'subscription { tenantChanged { event { type } } }', caller);
  expect(valueIn(await series(), 'ipto_streams', { state: 'open' })).toBe(1);
  const rename = async () => {
    await gateway.ask('mutation { renameTenant(input: { name: "Newer" }) { tenant { name } } }', caller);
    await subscribed.next();
  };
  expect(await growth('ipto_events_sent_total', {}, rename)).toBe(1);
  expect(valueIn(await series(), 'ipto_streams', { state: 'buffering' })).toBe(0);
  subscribed.close();
  await expect.poll(async () => valueIn(await series(), 'ipto_streams', { state: 'open' })).toBe(0);
});
