import pino from 'pino';
import { afterEach, beforeAll, expect, test } from 'vitest';
import type { StandbyCounts } from '../../../src/database/index.ts';
import { ANY_PORT, scrape, valueIn } from '../../observe/scrape.ts';
import { useCuttingProxy } from '../../support/cutting-proxy.ts';
import { startTestGateway, type TestGateway, useGateway } from '../../support/gateway.ts';
import { useReplication } from '../../support/replication.ts';
import { lifeOf, type MemberActor, type TenantActors, type TenantWithMembers } from '../../support/tenant-actors.ts';

/** Reads on standbys (docs/decisions/0068): nothing stale, and nobody notices that one is gone. */
const replication = useReplication();
const lines: string[] = [];
const gateway = useGateway(
  {
    get runtimeUrl() {
      return replication.database.runtimeUrl;
    },
  },
  () => ({
    readUrls: replication.standbys.map(({ runtimeUrl }) => runtimeUrl),
    log: pino({ level: 'info' }, { write: (line: string) => void lines.push(line) }),
  }),
);
/** On the primary alone. */
const plain = useGateway({
  get runtimeUrl() {
    return replication.database.runtimeUrl;
  },
});

let life: TenantActors;
let home: TenantWithMembers;
beforeAll(async () => {
  life = lifeOf(replication.database, plain);
  home = await life.home();
});
afterEach(async () => {
  for (const standby of replication.standbys) await standby.resume();
});

const MEMBERS = 'tenant { name status memberships(first: 100) { edges { node { id roles joinedAt user { name } } } } }';
/** Answered by JSON of PostgreSQL, and by GraphQL.js. */
const [BY_PLAN, BY_GRAPHQL] = [`{ ${MEMBERS} }`, `{ ${MEMBERS.replace('edges', 'pageInfo { hasNextPage } edges')} }`] as const;
const SMALL = '{ tenant { name } }';

const ask = (who: MemberActor, query: string, at: TestGateway = gateway) => at.ask(query, { token: who.token, tenant: who.tenant });

/** Tokens of both gateways are verified by their own keys. */
const actorAt = async (who: MemberActor, at: TestGateway = gateway): Promise<MemberActor> => ({
  ...who,
  token: await at.tokenOf(who.person),
});

/** What of the counts changed. */
async function counted<T>(work: () => Promise<T>, at: TestGateway = gateway): Promise<{ answer: T; counts: Partial<StandbyCounts> }> {
  const before = at.counts().standbys!;
  const answer = await work();
  const after = at.counts().standbys!;
  const counts = Object.fromEntries(
    Object.entries(after).flatMap(([name, count]) =>
      count === before[name as 'standby'] ? [] : [[name, count - before[name as 'standby']]],
    ),
  );
  return { answer, counts };
}

/** Asks until a standby answers: one that was skipped is tried again after a while. */
async function untilOnStandby(who: MemberActor, query: string = BY_PLAN, at: TestGateway = gateway) {
  await expect.poll(async () => (await counted(() => ask(who, query, at), at)).counts).toEqual({ standby: 1 });
}

test.each([
  ['a query plan', BY_PLAN],
  ['GraphQL.js', BY_GRAPHQL],
])('a large page is read on a standby, and is the same, by %s', async (_, query) => {
  const owner = await actorAt(home.owner);
  await untilOnStandby(owner, query);
  const { answer, counts } = await counted(() => ask(owner, query));
  expect(counts).toEqual({ standby: 1 });
  expect(answer.text).toBe((await ask(home.owner, query, plain)).text);
  expect(answer.data.tenant.name).toBe(home.tenant.name);
});

test('small reads, searches and changes stay on the primary', async () => {
  const owner = await actorAt(home.owner);
  for (const query of [
    SMALL,
    '{ marketplace { listings(first: 100) { edges { node { id title description tags } } } } }',
    '{ viewer { name } }',
  ])
    for (let again = 0; again < 3; again += 1) expect((await counted(() => ask(owner, query))).counts).toEqual({});
});

test('T6: a standby shows the bound tenant alone', async () => {
  const other = await life.home();
  const owner = await actorAt(other.owner);
  await untilOnStandby(owner);
  const { answer } = await counted(() => ask(owner, BY_PLAN));
  expect(answer.data.tenant.memberships.edges.map(({ node }: { node: { user: { name: string } } }) => node.user.name)).toEqual([
    other.owner.person.name,
  ]);
});

test("what a standby hasn't replayed is read on the primary", async () => {
  const owner = await actorAt(home.owner);
  await untilOnStandby(owner);
  for (const standby of replication.standbys) await standby.pause();
  for (const name of ['First name', 'Second name']) {
    await life.must(home.owner, 'renameTenant', { name });
    for (const query of [BY_PLAN, BY_GRAPHQL]) {
      const { answer, counts } = await counted(() => ask(owner, query));
      expect(answer.data.tenant.name).toBe(name);
      expect(answer.errors).toEqual([]);
      expect(counts.standby).toBeUndefined();
    }
  }
  expect(gateway.counts().standbys!.behind).toBeGreaterThan(0);
  for (const standby of replication.standbys) await standby.resume();
  await untilOnStandby(owner);
});

test('S5: permissions are those of the primary, whatever a standby says', async () => {
  const member = await life.join(home, ['admin']);
  const asked = await actorAt(member);
  await untilOnStandby(asked);
  for (const standby of replication.standbys) await standby.pause();
  await life.must(home.owner, 'removeMember', { membershipId: member.membershipId });
  expect((await ask(asked, BY_PLAN)).errors[0]!.extensions.code).toBe('TENANT_NOT_FOUND');
});

test('a crossing stays on the primary, and no standby is skipped for it', async () => {
  const owner = await actorAt(home.owner);
  await untilOnStandby(owner);
  const query = `{ tenant { ${['a', 'b'].map(key => `${key}: memberships(first: 100) { edges { node { id roles } } }`).join(' ')} analytics { buyers } } }`;
  await ask(owner, query); // its first request is yoga's
  await expect.poll(async () => (await counted(() => ask(owner, query))).counts).toEqual({ crossing: 1 });
  const answer = await ask(owner, query);
  expect(answer.errors).toEqual([]);
  expect(answer.data.tenant.analytics.buyers).toBe(0);
  const { skipped } = gateway.counts().standbys!;
  for (let again = 0; again < 5; again += 1) await ask(owner, query);
  expect(gateway.counts().standbys!.skipped).toBe(skipped);
});

test('a standby that dies under load is skipped, and used again once it is back', async () => {
  const owner = await actorAt(home.owner);
  // One that is skipped already, after another test, wouldn't be reported again.
  const reports = (what: string) => lines.filter(line => line.includes(what)).length;
  await expect
    .poll(async () => (await ask(owner, BY_PLAN)) && reports('a standby is skipped') - reports('a standby is used again'))
    .toBe(0);
  lines.length = 0;
  const [first, second] = replication.standbys;
  let isOver = false;
  const load = Array.from({ length: 4 }, async () => {
    let answered = 0;
    for (; !isOver; answered += 1) {
      const { status, errors, data } = await ask(owner, BY_PLAN);
      expect({ status, errors, name: typeof data?.tenant.name }).toEqual({ status: 200, errors: [], name: 'string' });
    }
    return answered;
  });
  await first!.kill();
  await expect.poll(() => lines.join('')).toContain('a standby is skipped');
  await second!.kill();
  await expect.poll(() => gateway.counts().standbys!.skipped).toBeGreaterThan(20);
  await first!.start();
  await second!.start();
  await expect.poll(() => reports('a standby is used again')).toBeGreaterThan(1);
  isOver = true;
  for (const answered of await Promise.all(load)) expect(answered).toBeGreaterThan(0);
  await untilOnStandby(owner);
});

/** A gateway that asks one server for its reads. */
async function withReads(url: string, run: (at: TestGateway, owner: MemberActor) => Promise<void>) {
  const at = await startTestGateway(replication.database, { readUrls: [url], metrics: ANY_PORT });
  try {
    const owner = await actorAt(home.owner, at);
    await ask(owner, BY_PLAN, at);
    await run(at, owner);
  } finally {
    await at.stop();
  }
}

const proxy = useCuttingProxy({
  get url() {
    return replication.standbys[0]!.runtimeUrl;
  },
});

test('a standby that answers nothing any more holds no read up, and is used again', () =>
  withReads(Object.assign(new URL(replication.standbys[0]!.runtimeUrl), { port: new URL(proxy.url).port }).href, async (at, owner) => {
    await untilOnStandby(owner, BY_PLAN, at);
    // Else the read takes a new connection, which isn't silent.
    const busy = "SELECT FROM pg_stat_activity WHERE application_name = 'ipto-gateway' AND state <> 'idle'";
    await expect.poll(() => replication.standbys[0]!.sql(busy)).toEqual([]);
    proxy.silence();
    const { answer, counts } = await counted(() => ask(owner, BY_PLAN, at), at);
    expect(answer.data.tenant.memberships.edges.length).toBeGreaterThan(0);
    expect(counts).toEqual({ failed: 1 });
    await untilOnStandby(owner, BY_PLAN, at);
  }));

test('T6: a standby is not read by a role that row-level security does not restrict', () =>
  withReads(replication.standbys[0]!.adminUrl, async (at, owner) => {
    const { answer, counts } = await counted(() => ask(owner, BY_PLAN, at), at);
    expect(answer.errors).toEqual([]);
    expect(counts).toEqual({ failed: 1 });
  }));

test('the primary is no standby', () =>
  withReads(replication.database.runtimeUrl, async (at, owner) => {
    expect((await counted(() => ask(owner, BY_PLAN, at), at)).counts).toEqual({ unsuitable: 1 });
    expect(valueIn(await scrape(at.metricsUrl), 'ipto_standby_reads_total', { outcome: 'unsuitable' })).toBe(1);
    const ready = await fetch(`${at.metricsUrl}/readyz?verbose`);
    const skipped = `skipped: ${new URL(replication.database.runtimeUrl).host}`;
    expect({ status: ready.status, standbys: (await ready.json()).checks.standbys }).toMatchObject({
      status: 200,
      standbys: { ok: false, required: false, found: skipped },
    });
  }));
