import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/database/index.ts';
import { beginTry } from '../../../src/database/queries/webhook-delivery.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { insertWebhook } from '../../support/webhooks.ts';

const own = useDatabase();
let database: Database;
beforeAll(() => {
  database = openDatabase(own.runtimeUrl);
});
afterAll(() => database?.close());

test('E2: each try of a delivery is begun by one process, and none of a delivery that has ended', async () => {
  const make = fixtures(own);
  const tenant = await make.tenant('acme', await make.person('Olga'));
  const { deliveryId } = await insertWebhook(own, { tenantId: tenant.id, membershipId: tenant.owner.id });
  const { query } = database.bind({ tenantId: tenant.id, personId: null });
  const begin = (number: number) => beginTry(query, { id: deliveryId, number }, new Date(), new Date());
  expect(await begin(2)).toBe(false);
  await own.sql("UPDATE webhook_delivery SET status = 'waiting', tries = 0, ended_at = NULL, next_try_at = now() WHERE id = $1", [
    deliveryId,
  ]);
  expect(await Promise.all([1, 1, 1].map(begin)).then(begun => begun.filter(Boolean))).toHaveLength(1);
  expect([await begin(1), await begin(3), await begin(2), await begin(2)]).toEqual([false, false, true, false]);
});
