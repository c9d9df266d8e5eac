import pg from 'pg';
import { expect, test } from 'vitest';
import { subscribe } from '../../support/subscribe.ts';
import { useTenantActors } from '../../support/tenant-actors.ts';

const fixtures = useTenantActors();

test('G8: a subscription without a cursor gets nothing that had committed before it, also while another process numbers', async () => {
  const home = await fixtures.home();
  const numberer = new pg.Client({ connectionString: fixtures.database.runtimeUrl });
  await numberer.connect();
  try {
    await fixtures.must(home.owner, 'renameTenant', { name: 'Before' });
    await numberer.query('BEGIN');
    expect((await numberer.query('SELECT crossing_number_events(500) AS numbered')).rows).toEqual([{ numbered: 1 }]);
    const opening = subscribe(fixtures.gateway.url, 'subscription { tenantChanged { event { data } } }', home.owner);
    const waiting = () =>
      fixtures.database.sql(
        "SELECT FROM pg_stat_activity WHERE application_name = 'ipto-gateway' AND query LIKE '%crossing_number_events%'",
      );
    await expect.poll(async () => (await waiting()).length).toBeGreaterThan(0);
    await numberer.query('COMMIT');
    const subscribed = await opening;
    await fixtures.must(home.owner, 'renameTenant', { name: 'After' });
    expect((await subscribed.next())!.data.data.tenantChanged.event.data).toEqual({ name: 'After' });
    subscribed.close();
  } finally {
    await numberer.end();
  }
});
