import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ANY_PORT, scrape, valueIn } from '../../observe/scrape.ts';
import { type Subscribed, type SubscribeOptions, subscribe } from '../../support/subscribe.ts';
import { type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

/** What is sent to a subscription is paid like any operation (SPEC G7). No heartbeat helps. */
const fixtures = useTenantActors({ heartbeat: 3_600_000, metrics: ANY_PORT, budget: { withoutTenant: 40, trustedProxies: [] } });
const open: Subscribed[] = [];
beforeEach(() => fixtures.gateway.clock.set(new Date('2026-03-01T12:00:59.900Z')));
afterEach(() => {
  for (const subscribed of open.splice(0)) subscribed.close();
});

const follow = async (query: string, { owner }: TenantWithMembers, options: SubscribeOptions = {}) => {
  const subscribed = await subscribe(fixtures.gateway.url, query, { ...owner, ...options });
  open.push(subscribed);
  return subscribed;
};
const rename = ({ owner }: TenantWithMembers, name: string) => fixtures.must(owner, 'renameTenant', { name });
const nameIn = async (subscribed: Subscribed) => (await subscribed.next())!.data.data.tenantChanged.event.data.name;

/** Waits until all events so far are announced: later ones of another tenant have been sent. */
async function announced(): Promise<void> {
  const other = await fixtures.home('FREE');
  const elsewhere = await follow(CHEAP, other);
  for (const name of ['Later', 'Later still']) {
    await rename(other, name);
    expect(await nameIn(elsewhere)).toBe(name);
  }
}

/** What a page costs whose rows aren't shown: its size, and one. */
const pages = (count: number) => Array.from({ length: count }, (_, n) => `p${n}: memberships(first: 100) { totalCount }`).join(' ');
const DEAR = `subscription { tenantChanged { event { data } tenant { ${pages(4)} } } }`;
const CHEAP = 'subscription { tenantChanged { event { data } } }';

describe('G7: an event', () => {
  test('that the budget has no points for waits until the minute is over; nothing is lost, and cheaper streams go on', async () => {
    const home = await fixtures.home('FREE');
    const [dear, cheap] = [await follow(DEAR, home), await follow(CHEAP, home)];
    for (const name of ['One', 'Two']) await rename(home, name);
    expect([await nameIn(cheap), await nameIn(cheap)]).toEqual(['One', 'Two']);
    expect(await nameIn(dear)).toBe('One');
    await expect.poll(() => dear.comments).toEqual(['RATE_LIMITED until 2026-03-01T12:01:00.000Z']);
    expect(dear.sent).toHaveLength(1);
    await announced();
    fixtures.gateway.clock.advance({ minutes: 1 });
    expect(await nameIn(dear)).toBe('Two');
    await rename(home, 'Three');
    expect(await nameIn(dear)).toBe('Three');
    expect(cheap.comments).toEqual([]);
    expect(valueIn(await scrape(fixtures.gateway.metricsUrl), 'ipto_streams_delayed_total')).toBe(1);
  });

  test('is charged the rows that it has, and the response to `X-Cost` has its cost', async () => {
    const home = await fixtures.home('FREE');
    const query = 'subscription { tenantChanged { event { data } tenant { memberships(first: 100) { edges { node { roles } } } } } }';
    const subscribed = await follow(query, home, { headers: { 'x-cost': '1' } });
    await rename(home, 'One');
    const { cost } = (await subscribed.next())!.data.extensions;
    expect(cost).toMatchObject({ requested: 5 + 300, charged: 5 + 3 });
    await rename(home, 'Two');
    const [payload, mutation] = [5 + 3, 4];
    expect((await subscribed.next())!.data.extensions.cost.remaining).toBe(cost.remaining - payload - mutation);
  });

  test('that costs more than the whole budget of another plan ends the stream', async () => {
    const home = await fixtures.home('PROFESSIONAL');
    const subscribed = await follow(`subscription { tenantChanged { tenant { ${pages(10)} } } }`, home);
    await fixtures.database.sql("UPDATE tenant SET plan_code = 'FREE' WHERE tenant_id = $1", [home.tenant.id]);
    fixtures.gateway.clock.advance({ minutes: 1 });
    await rename(home, 'One');
    expect(await subscribed.ended()).toMatchObject([
      { data: { errors: [{ extensions: { code: 'COST_TOO_HIGH', limit: 1_000, plans: [{ plan: 'STARTER' }, {}, {}] } }] } },
      { event: 'complete' },
    ]);
  });
});
