import { expect, test } from 'vitest';
import { useTenantActors } from '../support/tenant-actors.ts';
import { invariants, PATIENCE, POOL, ROUNDS, SOUND, tally } from './rounds.ts';

const fixtures = useTenantActors({ poolSize: POOL });

const AT_ONCE = 100;

test(`P3: of ${AT_ONCE} concurrent datasets by two sellers, exactly as many are created as places are left`, {
  timeout: PATIENCE,
}, async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const home = await fixtures.home('STARTER');
    const places = 1 + (round % 4);
    const seller = await fixtures.join(home, ['seller_manager']);
    await fixtures.database.sql(
      `INSERT INTO dataset (tenant_id, id, name) SELECT $1, gen_random_uuid(), 'Taken ' || n FROM generate_series(1, $2) n`,
      [home.tenant.id, 20 - places],
    );
    const outcomes = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) => fixtures.run(n % 2 ? seller : home.owner, 'createDataset', { name: `Last ${n}` })),
    );
    expect(tally(outcomes)).toEqual({ done: places, LIMIT_REACHED: AT_ONCE - places });
    expect(await fixtures.database.sql('SELECT FROM dataset WHERE tenant_id = $1', [home.tenant.id])).toHaveLength(20);
    const done = (await fixtures.events(home)).filter(({ action, code }) => action === 'dataset.create' && code === null);
    expect(done).toHaveLength(places);
    expect(await invariants(fixtures)).toEqual(SOUND);
  }
});
