import pg from 'pg';
import { expect, test } from 'vitest';
import { fixtures, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';
import { useResource } from '../../support/resource.ts';
import { subscribe } from '../../support/subscribe.ts';

const database = useDatabase();
const gateway = useGateway(database);
const locks = useResource(
  async () => {
    const client = new pg.Client(database.adminUrl);
    await client.connect();
    return { client };
  },
  ({ client }) => client.end(),
);

/** A tenant with its owner's token. */
async function tenantOf(slug: string) {
  const make = fixtures(database);
  const owner = await make.person(`Owner of ${slug}`);
  const { id } = await make.tenant(slug, owner, { plan: 'PROFESSIONAL' });
  return { id, token: await gateway.tokenOf(owner) };
}

test('G8: what happens once a subscription is open is sent, also while the gateway is busy with others', async () => {
  const busy = [await tenantOf('busy-1'), await tenantOf('busy-2')];
  const quiet = await tenantOf('quiet');
  // The gateway waits for these tenants with all the connections that it has for events.
  for (const { id } of busy) await locks.client.query('SELECT pg_advisory_lock(tenant_gate($1))', [id]);
  const follow = ({ token }: { token: string }) => subscribe(gateway.url, 'subscription { tenantChanged { event { data } } }', { token });
  const others = [await follow(busy[0]!), await follow(busy[1]!)];
  const subscribed = await follow(quiet);

  const rename = (name: string) =>
    gateway.ask(`mutation { renameTenant(input: { name: "${name}" }) { tenant { name } } }`, { token: quiet.token });
  expect((await rename('First')).errors).toEqual([]);
  const numbered = () => database.sql('SELECT FROM event WHERE tenant_id = $1', [quiet.id]);
  await expect.poll(async () => (await numbered()).length).toBe(1);
  await locks.client.query('SELECT pg_advisory_unlock_all()');
  expect((await rename('Second')).errors).toEqual([]);
  const names = [await subscribed.next(), await subscribed.next()].map(sent => sent!.data.data.tenantChanged.event.data.name);
  expect(names).toEqual(['First', 'Second']);
  for (const each of [...others, subscribed]) each.close();
});
