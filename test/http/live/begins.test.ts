import pg from 'pg';
import { expect, test } from 'vitest';
import { subscribe } from '../../support/subscribe.ts';
import { type Actor, useTenantActors } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();

/** Renames a tenant, and asks while another process gives that event its number. */
async function askWhileNumbered<T>(owner: Actor, name: string, ask: () => Promise<T>): Promise<T> {
  const numberer = new pg.Client({ connectionString: fixtures.database.runtimeUrl });
  await numberer.connect();
  try {
    await fixtures.must(owner, 'renameTenant', { name });
    await numberer.query('BEGIN');
    expect((await numberer.query('SELECT crossing_number_events(500) AS numbered')).rows).toEqual([{ numbered: 1 }]);
    const answer = ask();
    const waiting = () =>
      fixtures.database.sql(
        "SELECT FROM pg_stat_activity WHERE application_name = 'ipto-gateway' AND query LIKE '%crossing_number_events%'",
      );
    await expect.poll(async () => (await waiting()).length).toBeGreaterThan(0);
    await numberer.query('COMMIT');
    return await answer;
  } finally {
    await numberer.end();
  }
}

test('G8: a subscription without a cursor gets nothing that had committed before it, also while another process numbers', async () => {
  const home = await fixtures.home();
  const subscribed = await askWhileNumbered(home.owner, 'Before', () =>
    subscribe(fixtures.gateway.url, 'subscription { tenantChanged { event { data } } }', home.owner),
  );
  await fixtures.must(home.owner, 'renameTenant', { name: 'After' });
  expect((await subscribed.next())!.data.data.tenantChanged.event.data).toEqual({ name: 'After' });
  subscribed.close();
});

test('E3: the feed has what committed before it, also while another process numbers', async () => {
  const home = await fixtures.home();
  const query = '{ tenant { events { events { data } } } }';
  const { data } = await askWhileNumbered(home.owner, 'Before', () => fixtures.gateway.ask(query, home.owner));
  expect(data.tenant.events.events).toEqual([{ data: { name: 'Before' } }]);
});

test('E3: the feed waits for no process that never ends numbering', async () => {
  const home = await fixtures.home();
  const numberer = new pg.Client({ connectionString: fixtures.database.runtimeUrl });
  await numberer.connect();
  try {
    await fixtures.must(home.owner, 'renameTenant', { name: 'Held' });
    await numberer.query('BEGIN');
    await numberer.query('SELECT crossing_number_events(500)');
    const { data } = await fixtures.gateway.ask('{ tenant { events { events { data } } } }', home.owner);
    expect(data.tenant.events.events).toEqual([]);
  } finally {
    await numberer.end();
  }
});
