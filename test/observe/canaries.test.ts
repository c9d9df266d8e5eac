import { randomBytes } from 'node:crypto';
import { request as send } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepLog } from '../http/server/serve.ts';
import { fixtures, type Member, useDatabase } from '../support/database.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { FAILING } from './failing.ts';
import { type Receiver, startReceiver } from './otlp-receiver.ts';
import { ANY_PORT } from './scrape.ts';

/** Secrets that clients send. Each is another text, so that a leak names its way. */
const canaries = new Map<string, string>();
function canary(of: string): string {
  const text = canaries.get(of) ?? `canary${randomBytes(8).toString('hex')}`;
  canaries.set(of, text);
  return text;
}

const database = useDatabase();
const make = fixtures(database);
const kept = keepLog();
let receiver: Receiver;
let gateway: TestGateway;
let owner: Member;
let viewer: Member;
beforeAll(async () => {
  receiver = await startReceiver();
  const tenant = await make.tenant('home', await make.person('Ann'), { plan: 'PROFESSIONAL' });
  owner = tenant.owner;
  viewer = await make.member(tenant, await make.person('Vic'), ['viewer']);
  await database.sql(FAILING);
  gateway = await startTestGateway(database, {
    log: kept.log,
    metrics: ANY_PORT,
    traces: { endpoint: receiver.endpoint, sampler: 'always_on', ratio: 1 },
    budget: { withoutTenant: 50, trustedProxies: ['loopback'] },
    expectsUnexpected: true,
  });
});
afterAll(() => receiver.stop());

/** Headers that clients send, each with a canary: not the request's id, which is for the log. */
const HEADERS = [
  ...['cookie', 'proxy-authorization', 'x-api-key', 'user-agent', 'referer', 'origin', 'from', 'via', 'forwarded', 'x-forwarded-for'],
  ...[
    'x-forwarded-host',
    'x-real-ip',
    'tracestate',
    'baggage',
    'b3',
    'x-b3-traceid',
    'x-amzn-trace-id',
    'x-custom-secret',
    'last-event-id',
  ],
  ...['apollographql-client-name', 'apollographql-client-version', 'x-apollo-operation-id', 'x-apollo-operation-name', 'if-none-match'],
  ...['accept-language', 'sec-websocket-protocol', 'x-http-method-override', 'priority', 'x-correlation-id'],
];
const withCanaries = () => Object.fromEntries(HEADERS.map(name => [name, canary(`header ${name}`)]));

type Sent = { readonly path?: string; readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string };

/** Sends a request as it is, and waits for its end. */
const raw = ({ path = '/graphql', method = 'POST', headers = {}, body }: Sent): Promise<number> =>
  new Promise(resolve => {
    const { hostname, port } = new URL(gateway.url);
    const all = { 'content-type': 'application/json', ...withCanaries(), ...headers };
    send({ hostname, port, path, method, headers: all }, response => {
      response.resume().on('end', () => resolve(response.statusCode!));
    })
      .on('error', () => resolve(0))
      .end(body);
  });

const graphql = (query: string, variables: object = {}, headers: Record<string, string> = {}) =>
  raw({ headers, body: JSON.stringify({ query, variables }) });

test('A4: no secret of a client is in logs, traces, metrics or the audit log, whatever becomes of its request', async () => {
  const as = async ({ person }: Member) => ({
    authorization: `Bearer ${await gateway.tokenOf(person, { secret_claim: canary('claim') })}`,
    'x-tenant-id': 'home',
  });
  const [byOwner, byViewer] = [await as(owner), await as(viewer)];
  const secrets = [byOwner.authorization, byViewer.authorization].flatMap(text => text.split('.').slice(-1));
  const text = () => canary(`value ${canaries.size}`);

  // what works, cold and warm
  for (let times = 0; times < 3; times += 1) {
    await graphql('query Q($slug: String!) { tenant(slug: $slug) { name } }', { slug: 'home', [canary('variable name')]: text() }, byOwner);
    await graphql(
      'query Q($first: Int, $after: String) { tenant { memberships(first: $first, after: $after) { totalCount } } }',
      { after: text() },
      byOwner,
    );
    await graphql('query Q($id: ID!) { node(id: $id) { id } }', { id: text() }, byOwner);
    await graphql(
      'query Q($text: String!) { marketplace { search(first: 3, query: $text) { edges { node { title } } } } }',
      { text: text() },
      byOwner,
    );
  }
  await graphql(`{ tenant(slug: "${canary('literal')}") { name } }`, {}, byOwner);
  await graphql(`{ node(id: "${canary('literal id')}") { id } } # ${canary('comment')}`, {}, byOwner);

  // tokens, keys and tenants that are refused
  const tokens = [
    `Bearer ${text()}`,
    `Bearer ${text()}.${text()}.${text()}`,
    `Basic ${text()}`,
    text(),
    `Bearer ipto_${text()}_${text()}`,
    `Bearer ${await forged()}`,
  ];
  for (const authorization of tokens) await graphql('{ viewer { name } }', {}, { authorization });
  await graphql('{ tenant { name } }', {}, { ...byOwner, 'x-tenant-id': text() });
  await graphql('{ tenant { name } }', {}, { ...byOwner, 'x-cost': text() });
  await graphql('{ tenant { name } }', {}, { ...byOwner, 'x-refusals': text() });
  await graphql('{ tenant { name } }', {}, { ...byOwner, traceparent: text() });

  // bodies and documents that are refused
  for (const body of [
    text(),
    `{"query":"${text()}`,
    JSON.stringify({ query: `{ ${text()} }` }),
    JSON.stringify({ query: `query ${text()} {` }),
  ])
    await raw({ body, headers: byOwner });
  for (const body of [
    '[]',
    JSON.stringify({ query: '{ viewer { name } }', [text()]: text() }),
    JSON.stringify({ query: 7, variables: text() }),
  ])
    await raw({ body, headers: byOwner });
  await raw({ body: JSON.stringify({ query: '{ plans { code } }', operationName: text() }) });
  await raw({ body: JSON.stringify({ query: '{ plans { code } }', extensions: { persistedQuery: { sha256Hash: text() } } }) });
  await raw({ body: text(), headers: { 'content-type': text() } });
  await raw({ body: text(), headers: { accept: text() } });
  await raw({ body: text(), headers: { 'content-encoding': text() } });
  await graphql('query Q($first: Int!) { tenant { memberships(first: $first) { totalCount } } }', { first: text() }, byOwner);
  await graphql(
    'mutation M($input: RenameTenantInput!) { renameTenant(input: $input) { __typename } }',
    { input: { name: 7, [text()]: text() } },
    byOwner,
  );
  await graphql(`query Q($text: String!) { node(id: $text) { id } }`, { text: `${text()}\0` }, byOwner);
  await graphql(`{ ${Array.from({ length: 40 }, (_, at) => `a${at}${text()}: plans { code }`).join(' ')} }`);

  // commands that are refused, that fail in the database, and that are repeated
  const invite = 'mutation M($input: InviteMemberInput!) { inviteMember(input: $input) { __typename } }';
  await graphql(invite, { input: { email: `${text()}@people.example`, roles: ['VIEWER'] } }, byViewer);
  await graphql(invite, { input: { email: text(), roles: ['VIEWER'] } }, byOwner);
  await graphql(
    'mutation M($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { __typename } }',
    { input: { code: text() } },
    byOwner,
  );
  await graphql(
    'mutation M($input: ConfirmOwnershipTransferInput!) { confirmOwnershipTransfer(input: $input) { __typename } }',
    { input: { code: text() } },
    byOwner,
  );
  const rename = (name: string, headers: Record<string, string> = {}) =>
    graphql(
      'mutation M($input: RenameTenantInput!) { renameTenant(input: $input) { __typename } }',
      { input: { name } },
      { ...byOwner, ...headers },
    );
  for (let times = 0; times < 3; times += 1)
    await rename(`Fails ${canary('a value of a failed statement')}`, { 'idempotency-key': canary('idempotency key') });
  await rename('Works', { 'idempotency-key': text() });
  await rename(`${text()}${'x'.repeat(500)}`, { 'idempotency-key': 'short' });

  // other routes, query strings, more than the budget, a client that leaves, what isn't HTTP
  await raw({ path: `/graphql?query={plans{code}}&variables=${text()}`, method: 'GET' });
  await raw({
    path: `/graphql?query=${encodeURIComponent(`{ node(id: "${text()}") { id } }`)}`,
    method: 'GET',
    headers: { 'x-graphql-csrf': text() },
  });
  await raw({ path: `/audit/export?format=${text()}&from=${text()}`, method: 'GET', headers: byOwner });
  await raw({ path: `/objects/x/y?until=1&signature=${text()}`, method: 'GET' });
  await raw({ path: `/nowhere?token=${text()}`, method: 'GET' });
  await raw({ method: 'OPTIONS', headers: { 'access-control-request-method': text(), 'access-control-request-headers': text() } });
  for (let times = 0; times < 30; times += 1) await graphql('query Q($id: ID!) { plans { code } node(id: $id) { id } }', { id: text() });
  await new Promise(resolve => {
    const { hostname, port } = new URL(gateway.url);
    const left = send({
      hostname,
      port,
      path: '/graphql',
      method: 'POST',
      headers: { ...withCanaries(), ...byOwner, 'content-type': 'application/json', 'content-length': 5_000 },
    });
    left.on('error', resolve).write(`{"query":"{ tenant { name } }","variables":{"a":"${text()}`);
    setTimeout(() => left.destroy(), 50);
  });

  const metrics = await (await fetch(`${gateway.metricsUrl}/metrics`)).text();
  await gateway.stop();
  const audit = JSON.stringify(await database.sql('SELECT * FROM audit_event'));
  const places = { logs: kept.text(), traces: receiver.text(), metrics, audit };
  for (const [place, content] of Object.entries(places)) expect([place, content.length > 1_000]).toEqual([place, true]);
  const leaks = Object.entries(places).flatMap(([place, content]) => [
    ...[...canaries].filter(([, secret]) => content.includes(secret)).map(([of]) => `${of} in ${place}`),
    ...secrets.filter(secret => content.includes(secret)).map(() => `a token in ${place}`),
  ]);
  expect(leaks).toEqual([]);
  expect(canaries.size).toBeGreaterThan(120);
});

/** A token of the right form, signed by somebody else, whose claims are canaries. */
async function forged(): Promise<string> {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'ES256', kid: canary('kid') })}.${part({ iss: canary('iss'), sub: canary('sub'), exp: 9_999_999_999 })}.${randomBytes(64).toString('base64url')}`;
}
