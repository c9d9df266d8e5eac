import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { SecretKeys } from '../../src/domain/webhook/secret-keys.ts';
import { type Child, type Drill, drill } from './drill.ts';
import { type Receiver, Subscriber, startReceiver } from './event-receivers.ts';
import { createIssuer, ISSUER } from './tokens.ts';

/**
 * `tsx scripts/drills/events.ts --rounds N`: kills the gateway, the worker or PostgreSQL, N times
 * at random moments, while tenants are changed and their events sent. Subscribers resume after
 * their last event. In the end, each committed change must have arrived at its subscriber, in
 * order and without a gap, and at its webhook, in order; a repeat has the same id (SPEC G8, E1,
 * E2).
 */

const [TENANTS, AT_ONCE] = [3, 6];
/** Something is killed after at most this many answers, and this many ms after the last one. */
const [MAX_ANSWERS, MAX_MS] = [40, 50];
/** Between two changes by one client: a webhook gets a tenant's events one after the other. */
const PAUSE_MS = 20;
/** How long nothing may arrive in the end: a try that broke off is repeated after 30 s. */
const SILENCE_MS = 120_000;

const RENAME = 'mutation ($name: String!) { renameTenant(input: { name: $name }) { tenant { id } } }';
const VICTIMS = ['gateway', 'worker', 'PostgreSQL'] as const;
type Victim = (typeof VICTIMS)[number];

/** Creates tenants with a webhook each, and returns their ids. */
async function found({ sql }: Drill, url: string, keys: SecretKeys): Promise<readonly string[]> {
  const person = randomUUID();
  await sql(
    `INSERT INTO person (id, issuer, subject, name, email, email_verified) VALUES ($1, $2, 'owner', 'Owner', 'o@people.example', true)`,
    [person, ISSUER],
  );
  const tenants = Array.from({ length: TENANTS }, () => randomUUID() as string);
  for (const tenantId of tenants) {
    const [member, id] = [randomUUID(), randomUUID()];
    await sql(`BEGIN;
      INSERT INTO tenant (tenant_id, slug, name, plan_code) VALUES ('${tenantId}', 't-${tenantId.slice(0, 8)}', 'Before', 'PROFESSIONAL');
      INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ('${tenantId}', '${member}', '${person}', '{owner}');
      INSERT INTO webhook (tenant_id, id, name, url, types, membership_id, secret) VALUES ('${tenantId}', '${id}', 'Drill', '${url}', '{tenant.renamed}',
        '${member}', '\\x${Buffer.from(keys.seal(randomBytes(32), { tenantId, id })).toString('hex')}');
      COMMIT`);
  }
  return tenants;
}

/** Renames a tenant; whether it was acknowledged. */
async function rename(url: string, token: string, tenant: string, name: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-tenant-id': tenant };
  try {
    const body = JSON.stringify({ query: RENAME, variables: { name } });
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
    return Boolean(((await response.json()) as { data?: { renameTenant: object | null } }).data?.renameTenant);
  } catch {
    return false; // The gateway was killed.
  }
}

/** Checks what arrived of one tenant's events, by its subscriber and at its webhook. */
async function check({ sql, fault }: Drill, tenant: string, { received }: Subscriber, { bodies }: Receiver): Promise<ReadonlySet<string>> {
  const first = new Map<number, string>();
  for (const { number, eventId } of received) {
    const earlier = first.get(number);
    if (earlier && earlier !== eventId) fault(`number ${number} came with two ids`);
    if (!earlier && number !== first.size + 1) fault(`${number} came after ${first.size}`);
    first.set(number, eventId);
  }
  const rows = await sql<{ id: string }>('SELECT e.id FROM event e WHERE e.tenant_id = $1 ORDER BY e.seq', [tenant]);
  const [{ logged }] = (await sql<{ logged: number }>(
    "SELECT count(*)::int AS logged FROM audit_event WHERE tenant_id = $1 AND action = 'tenant.rename'",
    [tenant],
  )) as [{ logged: number }];
  if (rows.length !== logged) fault(`${logged} changes, and ${rows.length} events`);
  const ids = rows.map(({ id }) => id).join();
  if ([...first.values()].join() !== ids) fault(`${rows.length} events, and ${first.size} arrived by subscription`);
  const inTenant = new Set(rows.map(({ id }) => id));
  const sent = [...bodies.keys()].filter(id => inTenant.has(id));
  if (sent.length < rows.length) fault(`${rows.length} events, and ${sent.length} arrived at the webhook`);
  if (!ids.startsWith(sent.join())) fault('events arrived at the webhook in another order');
  return new Set(received.map(({ data }) => data.name));
}

/** The processes that are killed, and how each is started again. */
class Processes {
  gateway!: Child<string>;
  worker!: Child<string>;

  constructor(
    private readonly world: Drill,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  async start(): Promise<void> {
    await this.startGateway();
    await this.startWorker();
  }

  async kill(victim: Victim): Promise<void> {
    if (victim === 'PostgreSQL') {
      await this.world.crashDatabase();
      // A worker that can't go on ends; its supervisor starts it again.
      if (await this.hasEnded()) await this.startWorker();
    } else if (victim === 'gateway') {
      await this.gateway.killAmongOthers();
      await this.startGateway();
    } else {
      await this.worker.killAmongOthers();
      await this.startWorker();
    }
  }

  async stop(): Promise<void> {
    await this.gateway.killAmongOthers();
    await this.worker.killAmongOthers();
  }

  /** Whether the worker has ended, by itself. */
  async hasEnded(): Promise<boolean> {
    return await Promise.race([this.worker.ended.then(() => true), sleep(200, false)]);
  }

  private async startGateway(): Promise<void> {
    this.gateway = await this.world.child<string>('./transfer-child.ts', this.env);
  }

  private async startWorker(): Promise<void> {
    this.worker = await this.world.child<string>('./worker-child.ts', this.env);
  }
}

/** How long what was killed took to start, and then until a change was acknowledged, ms. */
type Pause = { readonly start: number; readonly serve: number };

const seconds = (times: readonly number[]): string => {
  const sorted = times.toSorted((a, b) => a - b);
  return `${[sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0].map(ms => (ms / 1_000).toFixed(1)).join(' and ')} s`;
};

async function run(world: Drill): Promise<number> {
  const { keys, tokenOf } = await createIssuer();
  const key = randomBytes(32);
  const receiver = await startReceiver(world.fault);
  const [tenants, token] = [await found(world, receiver.url, new SecretKeys([key])), await tokenOf('owner')];
  const env = { DRILL_DATABASE_URL: world.runtimeUrl, DRILL_KEYS: JSON.stringify(keys), DRILL_WEBHOOK_KEY: key.toString('base64') };
  const processes = new Processes(world, env);
  await processes.start();
  const url = () => processes.gateway.first;
  const subscribers = tenants.map(tenant => new Subscriber(tenant, token, url));
  const following = subscribers.map(subscriber => subscriber.follow());
  const acknowledged = new Map(tenants.map(tenant => [tenant, new Set<string>()]));
  const pauses: Record<Victim, Pause[]> = { gateway: [], worker: [], PostgreSQL: [] };
  let [answered, isOver] = [0, false];
  const changing = Array.from({ length: AT_ONCE }, async (_, at) => {
    const tenant = tenants[at % TENANTS]!;
    while (!isOver) {
      const name = randomUUID();
      if (await rename(url(), token, tenant, name)) {
        acknowledged.get(tenant)!.add(name);
        answered += 1;
      }
      await sleep(PAUSE_MS);
    }
  });
  for (let kills = 0; kills < world.rounds; kills += 1) {
    const enough = answered + 1 + Math.random() * MAX_ANSWERS;
    while (answered < enough) await sleep(1);
    await sleep(Math.random() * MAX_MS);
    const victim = VICTIMS[Math.floor(Math.random() * VICTIMS.length)]!;
    const began = performance.now();
    await processes.kill(victim);
    const [before, startedAt] = [answered, performance.now()];
    while (answered === before) await sleep(1);
    pauses[victim].push({ start: startedAt - began, serve: performance.now() - startedAt });
  }
  isOver = true;
  await Promise.all(changing);
  const committed = async () =>
    (await world.sql<{ count: number }>("SELECT count(*)::int AS count FROM audit_event WHERE action = 'tenant.rename'"))[0]!.count;
  const total = await committed();
  const arrived = () => subscribers.reduce((sum, { received }) => sum + received.length, 0);
  let [before, since] = [0, performance.now()];
  while (arrived() < total || receiver.bodies.size < total) {
    const now = arrived() + receiver.bodies.size;
    if (now > before) [before, since] = [now, performance.now()];
    else if (performance.now() - since > SILENCE_MS) break;
    if (await processes.hasEnded()) await processes.kill('worker');
    await sleep(100);
  }
  for (const subscriber of subscribers) subscriber.stop();
  await processes.stop();
  await Promise.all(following);
  receiver.stop();
  for (const [at, tenant] of tenants.entries()) {
    const names = await check(world, tenant, subscribers[at]!, receiver);
    for (const name of acknowledged.get(tenant)!) if (!names.has(name)) world.fault(`${name} was acknowledged, and never arrived`);
  }
  for (const victim of VICTIMS) {
    const [start, serve] = [pauses[victim].map(({ start }) => start), pauses[victim].map(({ serve }) => serve)];
    process.stderr.write(
      `${victim}: ${start.length} kills; to start, median and longest: ${seconds(start)}; from then to an answer: ${seconds(serve)}\n`,
    );
  }
  process.stderr.write(
    `${answered} changes acknowledged, ${total} committed; ${arrived()} events by subscription, ${receiver.count()} by webhook\n`,
  );
  return world.rounds;
}

await drill('events', run, { durable: true });
