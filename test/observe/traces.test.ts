import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TraceSettings } from '../../src/observe/tracing/settings.ts';
import { AUDIENCE, createKey, signed, startIssuer } from '../http/auth/oidc.ts';
import { serve } from '../http/server/serve.ts';
import { fixtures, type Member, useDatabase } from '../support/database.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { FAILING } from './failing.ts';
import { CLIENT, type Receiver, SERVER, type Span, startReceiver } from './otlp-receiver.ts';

const database = useDatabase();
const make = fixtures(database);
let owner: Member;
beforeAll(async () => {
  owner = (await make.tenant('home', await make.person('Ann'), { plan: 'PROFESSIONAL' })).owner;
});

let receiver: Receiver;
let gateways: { stop(): Promise<void> }[];
beforeEach(async () => {
  receiver = await startReceiver();
  gateways = [];
});
afterEach(async () => {
  for (const gateway of gateways) await gateway.stop();
  await receiver.stop();
});

async function traced(settings: Partial<TraceSettings> = {}): Promise<TestGateway> {
  const traces = { endpoint: receiver.endpoint, sampler: 'always_on', ratio: 1, ...settings } as const;
  const gateway = await startTestGateway(database, { traces });
  gateways.push(gateway);
  return gateway;
}

/** Stops a gateway, which sends what it has. */
async function spansOf(gateway: TestGateway): Promise<readonly Span[]> {
  gateways = gateways.filter(each => each !== gateway);
  await gateway.stop();
  return receiver.spans;
}

const NAME = 'query TheName($first: Int) { tenant { name memberships(first: $first) { edges { node { roles } } } } }';
const tokens = new WeakMap<TestGateway, Promise<string>>();
async function askName(gateway: TestGateway, headers: Record<string, string> = {}) {
  if (!tokens.has(gateway)) tokens.set(gateway, gateway.tokenOf(owner.person));
  return await gateway.ask(NAME, { token: await tokens.get(gateway)!, tenant: 'home', variables: { first: 7 }, headers });
}
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const nameless = (span: Span) => ({ name: span.name, kind: span.kind, parent: span.parentSpanId });

describe('the spans of a request', () => {
  test('are the request, its steps and its statements, inside of each other', async () => {
    const gateway = await traced();
    await askName(gateway);
    receiver.spans.length = 0;
    await askName(gateway);
    const spans = await spansOf(gateway);
    const [request, ...others] = spans.filter(({ kind }) => kind === SERVER).slice(-1);
    expect(others).toEqual([]);
    const inside = spans.filter(({ traceId }) => traceId === request!.traceId);
    const parent = request!.spanId;
    expect(inside.map(nameless).sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: 'authorize', kind: 1, parent },
      { name: 'POST graphql', kind: SERVER, parent: undefined },
      { name: 'prepare', kind: 1, parent },
      { name: 'SELECT', kind: CLIENT, parent },
    ]);
    for (const span of inside) {
      expect(BigInt(span.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(request!.startTimeUnixNano));
      expect(BigInt(span.endTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(span.startTimeUnixNano));
      expect(BigInt(span.endTimeUnixNano)).toBeLessThanOrEqual(BigInt(request!.endTimeUnixNano));
    }
  });

  test('have the attributes of the semantic conventions, and no variable', async () => {
    const gateway = await traced();
    await askName(gateway);
    await askName(gateway, { 'x-request-id': 'request-7' });
    const spans = await spansOf(gateway);
    const request = spans.find(({ attributes }) => attributes['ipto.request.id'] === 'request-7')!;
    expect(request.attributes).toEqual({
      'http.request.method': 'POST',
      'http.route': 'graphql',
      'http.response.status_code': 200,
      'url.scheme': 'http',
      'graphql.operation.type': 'query',
      'graphql.operation.name': 'TheName',
      'ipto.principal.kind': 'user',
      'ipto.tenant.id': owner.tenantId,
      'ipto.execution': 'optimistic',
      'ipto.request.id': 'request-7',
    });
    const statement = spans.find(({ kind, parentSpanId }) => kind === CLIENT && parentSpanId === request.spanId)!;
    expect(statement.attributes).toMatchObject({ 'db.system.name': 'postgresql', 'db.operation.name': 'SELECT' });
    expect(statement.attributes['db.query.text']).toMatch(/^SELECT .*\$1/s);
    expect(statement.attributes['db.query.text']).not.toMatch(/'[^']*'/);
    expect(receiver.resources[0]).toMatchObject({ 'service.name': 'ipto-gateway' });
  });

  test('of a transaction are all of its statements, and one that fails says by which code', async () => {
    const gateway = await traced();
    await database.sql(FAILING);
    const caller = { token: await gateway.tokenOf(owner.person), tenant: 'home' };
    const rename = (name: string) => gateway.ask(`mutation { renameTenant(input: { name: "${name}" }) { __typename } }`, caller);
    await rename('Works');
    await rename('Fails');
    const spans = await spansOf(gateway);
    const statements = spans.filter(({ kind }) => kind === CLIENT);
    const failed = statements.filter(({ status }) => status.code === 2);
    expect(failed.map(({ name, attributes }) => [name, attributes['db.response.status_code']])).toEqual([['UPDATE', 'P0001']]);
    const names = statements.map(({ name }) => name);
    expect(names.filter(name => name === 'COMMIT')).toHaveLength(1);
    expect(names.filter(name => name === 'INSERT').length).toBeGreaterThan(0);
    const requests = spans.filter(({ kind }) => kind === SERVER);
    expect(requests.map(({ status, attributes }) => [status.code ?? 0, attributes['error.type']])).toEqual([
      [0, undefined],
      [2, 'INTERNAL_SERVER_ERROR'],
    ]);
  });

  test('of a request that is refused have its codes; a fault of ours marks the span', async () => {
    const gateway = await traced();
    await gateway.ask('{ tenant { name } }', { token: 'no.token.this' });
    const [request] = (await spansOf(gateway)).filter(({ kind }) => kind === SERVER);
    expect(request!.attributes).toMatchObject({ 'http.response.status_code': 401 });
    expect(receiver.text()).toContain('UNAUTHENTICATED');
    expect(request!.status.code ?? 0).toBe(0);
  });
});

describe("the caller's trace", () => {
  test('is continued by `traceparent`', async () => {
    const gateway = await traced();
    await askName(gateway, { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'canary=1', baggage: 'canary=1' });
    const spans = (await spansOf(gateway)).filter(({ traceId }) => traceId === TRACE);
    expect(spans.find(({ kind }) => kind === SERVER)!.parentSpanId).toBe(PARENT);
    expect(spans.length).toBeGreaterThan(3);
    expect(receiver.text()).not.toContain('canary');
  });

  test.each(['00-x', `00-${'0'.repeat(32)}-${PARENT}-01`, 'canary', ''])('is ignored where it is malformed: %s', async traceparent => {
    const gateway = await traced();
    expect((await askName(gateway, { traceparent })).status).toBe(200);
    expect((await spansOf(gateway)).filter(({ kind }) => kind === SERVER)[0]!.parentSpanId).toBeUndefined();
  });

  test('goes on to the identity provider', async () => {
    const issuer = await startIssuer();
    const key = await createKey('ES256');
    issuer.state.keys = [key];
    const gateway = await serve({
      databaseUrl: database.runtimeUrl,
      traces: { endpoint: receiver.endpoint, sampler: 'always_on', ratio: 1 },
      tokens: { ...{ issuer: issuer.issuer, audience: AUDIENCE, algorithms: ['ES256'], clockSkew: 5 }, tenantClaim: 't', staffClaim: 's' },
    });
    const token = await signed(key, issuer.claims());
    expect((await gateway.ask('{ viewer { name } }', { token, headers: { traceparent: `00-${TRACE}-${PARENT}-01` } })).status).toBe(200);
    await gateway.stop();
    await issuer.close();
    const fetches = receiver.spans.filter(({ traceId, name }) => traceId === TRACE && name === 'GET');
    expect(fetches).toHaveLength(2); // discovery, keys
    expect(issuer.state.traceparents).toEqual(fetches.map(({ spanId }) => `00-${TRACE}-${spanId}-01`));
  });
});

describe('the sampler', () => {
  const requests = async (settings: Partial<TraceSettings>, flags: string | null) => {
    const gateway = await traced(settings);
    await askName(gateway, flags === null ? {} : { traceparent: `00-${TRACE}-${PARENT}-${flags}` });
    return (await spansOf(gateway)).filter(({ kind }) => kind === SERVER).length;
  };
  test.each([
    ['always_off', 1, '01', 0],
    ['always_off', 1, null, 0],
    ['parentbased_always_on', 1, null, 1],
    ['parentbased_always_off', 1, null, 0],
    ['traceidratio', 0, null, 0],
    ['traceidratio', 1, null, 1],
    ['parentbased_traceidratio', 0, null, 0],
    ['parentbased_traceidratio', 1, null, 1],
    ['parentbased_always_on', 1, '01', 1],
    ['parentbased_always_on', 1, '00', 0],
    ['parentbased_always_off', 1, '01', 1],
    ['traceidratio', 0, '01', 0],
    ['traceidratio', 1, '00', 1],
    ['parentbased_traceidratio', 0, '01', 1],
  ] as const)('%s of %s: a request with the flags %s has %s spans', async (sampler, ratio, flags, spans) => {
    expect(await requests({ sampler, ratio }, flags)).toBe(spans);
  });
});

test('a share of the requests is traced, each with all of its spans', async () => {
  const gateway = await traced({ sampler: 'traceidratio', ratio: 0.5 });
  for (let times = 0; times < 60; times += 1) await askName(gateway);
  const spans = await spansOf(gateway);
  const requests = spans.filter(({ kind }) => kind === SERVER);
  expect(requests.length).toBeGreaterThan(5);
  expect(requests.length).toBeLessThan(55);
  for (const { spanId } of requests) expect(spans.filter(({ parentSpanId }) => parentSpanId === spanId).length).toBeGreaterThan(2);
});

test('a collector that fails is logged once, and no request fails', async () => {
  receiver.state.status = 400;
  const gateway = await serve({
    databaseUrl: database.runtimeUrl,
    traces: { endpoint: receiver.endpoint, sampler: 'always_on', ratio: 1 },
  });
  for (let times = 0; times < 3; times += 1) expect((await gateway.ask('{ plans { code } }')).status).toBe(200);
  await gateway.stop();
  expect(gateway.lines().filter(({ msg }) => msg?.startsWith('spans could not be sent'))).toHaveLength(1);
});
