import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { subscribe } from '../../test/support/subscribe.ts';
import { type Drill, drill } from './drill.ts';
import { createIssuer, ISSUER } from './tokens.ts';

/**
 * `tsx scripts/drills/events.ts --rounds N`: kills the gateway N times, at random moments, while it
 * changes tenants and sends their events. Subscribers resume after their last event. In the end,
 * each committed change must have arrived, in order and without a gap; a repeat has the same id
 * (SPEC G8, E1).
 */

const [TENANTS, AT_ONCE] = [3, 6];
/** A gateway is killed after at most this many answers, and this many ms after the last one. */
const [MAX_ANSWERS, MAX_MS] = [40, 50];

const RENAME = 'mutation ($name: String!) { renameTenant(input: { name: $name }) { tenant { id } } }';
const FOLLOWED = 'subscription { tenantChanged { cursor event { number eventId data } } }';

type Received = { readonly number: number; readonly eventId: string; readonly data: { readonly name: string } };

/** What a subscriber of one tenant got, over all of its connections. */
class Subscriber {
  readonly received: Received[] = [];
  #last = Buffer.from('0').toString('base64url');
  #isOver = false;

  constructor(
    private readonly tenant: string,
    private readonly token: string,
    private readonly url: () => string | null,
  ) {}

  async follow(): Promise<void> {
    while (!this.#isOver) {
      const url = this.url();
      if (url) await this.#read(url).catch(() => {});
      await sleep(5);
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  async #read(url: string): Promise<void> {
    const { tenant, token } = this;
    const subscribed = await subscribe(url, FOLLOWED, { token, tenant, headers: { 'last-event-id': this.#last } });
    for (let sent = await subscribed.next(); sent && !this.#isOver; sent = await subscribed.next()) {
      if (!sent.id) break;
      this.#last = sent.id;
      this.received.push(sent.data.data.tenantChanged.event);
    }
    subscribed.close();
  }
}

async function found({ sql }: Drill): Promise<readonly string[]> {
  const [person, ...tenants] = Array.from({ length: TENANTS + 1 }, () => randomUUID());
  await sql(`
    BEGIN;
    INSERT INTO person (id, issuer, subject, name, email, email_verified) VALUES ('${person}', '${ISSUER}', 'owner', 'Owner', 'owner@people.example', true);
    ${tenants
      .map(
        id => `INSERT INTO tenant (tenant_id, slug, name, plan_code) VALUES ('${id}', 't-${id.slice(0, 8)}', 'Before', 'PROFESSIONAL');
    INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ('${id}', '${randomUUID()}', '${person}', '{owner}');`,
      )
      .join('\n')}
    COMMIT`);
  return tenants;
}

/** Renames a tenant; whether it was acknowledged. */
async function rename(url: string, token: string, tenant: string, name: string): Promise<boolean> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-tenant-id': tenant };
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query: RENAME, variables: { name } }),
    });
    return Boolean(((await response.json()) as { data?: { renameTenant: object | null } }).data?.renameTenant);
  } catch {
    return false; // the gateway was killed
  }
}

async function check(
  { sql, fault }: Drill,
  tenant: string,
  received: readonly Received[],
  acknowledged: ReadonlySet<string>,
): Promise<void> {
  const first = new Map<number, Received>();
  for (const event of received) {
    const earlier = first.get(event.number);
    if (earlier && earlier.eventId !== event.eventId) fault(`number ${event.number} came with two ids`);
    if (!earlier && event.number !== first.size + 1) fault(`${event.number} came after ${first.size}`);
    first.set(event.number, event);
  }
  const rows = await sql<{ id: string }>('SELECT e.id FROM event e WHERE e.tenant_id = $1 ORDER BY e.seq', [tenant]);
  const [{ logged }] = (await sql<{ logged: number }>(
    "SELECT count(*)::int AS logged FROM audit_event WHERE tenant_id = $1 AND action = 'tenant.rename'",
    [tenant],
  )) as [{ logged: number }];
  if (rows.length !== logged) fault(`${logged} changes, and ${rows.length} events`);
  const ids = [...first.values()].map(({ eventId }) => eventId);
  if (ids.join() !== rows.map(({ id }) => id).join()) fault(`${rows.length} events, and ${ids.length} arrived`);
  const names = new Set([...first.values()].map(({ data }) => data.name));
  for (const name of acknowledged) if (!names.has(name)) fault(`${name} was acknowledged, and never arrived`);
}

await drill('events', async world => {
  const { keys, tokenOf } = await createIssuer();
  const [tenants, token] = [await found(world), await tokenOf('owner')];
  const env = { DRILL_DATABASE_URL: world.runtimeUrl, DRILL_KEYS: JSON.stringify(keys) };
  let url: string | null = null;
  const subscribers = tenants.map(tenant => new Subscriber(tenant, token, () => url));
  const following = subscribers.map(subscriber => subscriber.follow());
  const acknowledged = new Map(tenants.map(tenant => [tenant, new Set<string>()]));
  let answered = 0;
  for (let kills = 0; kills < world.rounds; kills += 1) {
    const gateway = await world.child<string>('./transfer-child.ts', env);
    url = gateway.first;
    let over = false;
    const loops = Array.from({ length: AT_ONCE }, async (_, at) => {
      const tenant = tenants[at % TENANTS]!;
      while (!over) {
        const name = randomUUID();
        if (!(await rename(gateway.first, token, tenant, name))) continue;
        acknowledged.get(tenant)!.add(name);
        answered += 1;
      }
    });
    const enough = answered + 1 + Math.random() * MAX_ANSWERS;
    while (answered < enough) await sleep(1);
    await sleep(Math.random() * MAX_MS);
    over = true;
    await gateway.kill();
    await Promise.all(loops);
  }
  const last = await world.child<string>('./transfer-child.ts', env);
  url = last.first;
  const arrived = () => subscribers.reduce((sum, { received }) => sum + received.length, 0);
  const committed = async () =>
    (await world.sql<{ count: number }>("SELECT count(*)::int AS count FROM audit_event WHERE action = 'tenant.rename'"))[0]!.count;
  for (let left = 300; left > 0 && arrived() < (await committed()); left -= 1) await sleep(100);
  for (const subscriber of subscribers) subscriber.stop();
  await last.kill();
  await Promise.all(following);
  for (const [at, tenant] of tenants.entries()) await check(world, tenant, subscribers[at]!.received, acknowledged.get(tenant)!);
  process.stderr.write(`${answered} changes were acknowledged, ${arrived()} events arrived\n`);
  return world.rounds;
});
