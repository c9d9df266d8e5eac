import { setTimeout as sleep } from 'node:timers/promises';
import { expect, inject, test } from 'vitest';
import { createDatabase } from '../support/database.ts';
import { useGateway } from '../support/gateway.ts';
import { useResource } from '../support/resource.ts';
import { lifeOf, type MemberActor } from '../support/tenant-actors.ts';
import { type Deal, rowIn, tradeOf } from '../support/trade.ts';
import { addEvents, catalogueOf, createUnpartitioned } from '../support/unpartitioned.ts';
import { run, start } from './command.ts';

/**
 * A database with rows is converted while a gateway serves it
 * (docs/decisions/0071-large-tables.md).
 */
const database = useResource(createUnpartitioned, made => made.drop());
const gateway = useGateway(database, { poolSize: 8 });
const trade = tradeOf(lifeOf(database, gateway));

/** Rows of the buyer and of its provider before the conversion. */
const [RETRIEVALS, EVENTS] = [2_500, 800];

const settings = () => {
  const { runtime } = inject('cluster');
  const DATABASE_URL = Object.assign(new URL(database.adminUrl), { username: runtime.name, password: runtime.password }).href;
  return { DATABASE_URL, MIGRATE_DATABASE_URL: database.adminUrl };
};
const idsIn = async (table: string, tenantId: string) =>
  (await database.sql<{ id: string }>(`SELECT id FROM ${table} WHERE tenant_id = $1`, [tenantId])).map(({ id }) => id).sort();

/** Retrievals of before the conversion, as a superuser. */
async function fill({ buyer, entitlementId, objectId }: Deal) {
  await database.sql(
    `SELECT count(r.*) FROM (SELECT set_config('app.tenant_id', $1, false)) AS bound (id),
       LATERAL (SELECT x.* FROM generate_series(1, $4::int) n, crossing_retrieve(gen_random_uuid(), $2::uuid, $3::uuid, NULL, now() - n * interval '1 minute') x WHERE bound.id IS NOT NULL) r`,
    [buyer.tenant.id, rowIn(entitlementId), objectId, RETRIEVALS],
  );
  await addEvents(database, buyer.tenant.id, EVENTS);
}

/** Retrieves, renames and reads until it is stopped: what was acknowledged, and what was not. */
function writers(deals: readonly Deal[]) {
  let isOver = false;
  const [acknowledged, renames, errors]: [string[], string[], unknown[]] = [[], [], []];
  const loops = deals.flatMap(deal => [
    (async () => {
      while (!isOver) {
        const { payload, errors: refused } = await trade.retrieve(deal.buyer.owner, deal);
        if (refused.length) errors.push(refused);
        else acknowledged.push(rowIn(payload.retrieval.usageRecordId));
      }
    })(),
    (async () => {
      for (let n = 0; !isOver; n += 1) {
        const { errors: refused } = await trade.run(deal.buyer.owner, 'renameTenant', { name: `Buyer ${n}` });
        if (refused.length) errors.push(refused);
        else renames.push(deal.buyer.tenant.id);
      }
    })(),
    (async () => {
      while (!isOver) {
        const read = 'usage { records(first: 5) { edges { node { id } } } } auditEvents(first: 5) { edges { node { id } } }';
        await trade.read(deal.buyer.owner, read).catch(error => errors.push(error));
      }
    })(),
  ]);
  const stop = async () => {
    isOver = true;
    await Promise.all(loops);
  };
  return { acknowledged, renames, errors, stop };
}

/** Waits until pages were copied, and the copy isn't complete. */
async function untilHalfCopied() {
  for (;;) {
    const [half] = await database.sql('SELECT FROM tenant_hash.conversion WHERE NOT is_copied AND id <> $1', [
      '00000000-0000-0000-0000-000000000000',
    ]);
    if (half) return;
    await sleep(5);
  }
}

test('T7, A2, M3, S4: a conversion while the gateway serves, killed in between, loses nothing, doubles nothing, and refuses what was refused', {
  timeout: 180_000,
}, async () => {
  const deals = [await trade.deal(), await trade.deal()];
  for (const deal of deals) {
    await fill(deal);
    await addEvents(database, deal.provider.tenant.id, 3);
  }
  const before = await Promise.all(deals.map(({ buyer }) => idsIn('usage_record', buyer.tenant.id)));
  expect(before.map(ids => ids.length)).toEqual([RETRIEVALS, RETRIEVALS]);
  const [{ counted }] = (await database.sql('SELECT count(*)::int AS counted FROM audit_event')) as [{ counted: number }];

  const writing = writers(deals);
  const first = start(['partition', '--rows', '100'], settings());
  await Promise.race([untilHalfCopied(), first.ended.then(() => Promise.reject(new Error(first.err())))]);
  expect(await first.kill('SIGKILL')).toBe('SIGKILL');
  const [half] = await database.sql<{ done: number }>('SELECT count(*)::int AS done FROM tenant_hash.usage_record');
  expect(half!.done).toBeGreaterThan(0);
  expect(await run(['migrate'], settings())).toMatchObject({ code: 0 });

  expect(await run(['partition', '--rows', '100'], settings())).toMatchObject({
    code: 0,
    err: expect.stringMatching(/exchanging the tables[\s\S]*Done\.\n$/),
  });
  await sleep(300);
  await writing.stop();

  expect(writing.errors).toEqual([]);
  expect(writing.acknowledged.length).toBeGreaterThan(20);
  const after = (await Promise.all(deals.map(({ buyer }) => idsIn('usage_record', buyer.tenant.id)))).flat().sort();
  expect(after).toEqual([...before.flat(), ...writing.acknowledged].sort());
  expect((await Promise.all(deals.map(({ buyer }) => idsIn('charge', buyer.tenant.id)))).flat().sort()).toEqual(after);
  const [log] = await database.sql<{ counted: number }>('SELECT count(*)::int AS counted FROM audit_event');
  expect(log!.counted).toBe(counted + writing.renames.length);
  expect(await run(['audit', 'verify'], settings())).toMatchObject({ code: 0 });
  expect(await run(['billing', 'verify'], settings())).toMatchObject({ code: 0 });

  const fresh = await createDatabase();
  try {
    expect(await catalogueOf(database)).toEqual(await catalogueOf(fresh));
  } finally {
    await fresh.drop();
  }

  await refuses(deals[0]!);
  await purges(deals[1]!.buyer.owner);
  expect(await run(['partition'], settings())).toEqual({ code: 0, out: '', err: 'The large tables are in partitions already.\n' });
});

/** The foreign keys and the unique keys of the converted tables. */
async function refuses({ buyer, provider, entitlementId }: Deal) {
  const refused = (text: string, values: readonly unknown[]) => expect(database.sql(text, values)).rejects;
  const [tenantId] = [buyer.tenant.id];
  await refused('DELETE FROM entitlement WHERE id = $1', [rowIn(entitlementId)]).toMatchObject({
    code: expect.stringMatching(/^(23001|23503)$/),
  });
  await refused('DELETE FROM usage_record WHERE tenant_id = $1', [tenantId]).toMatchObject({
    code: expect.stringMatching(/^(23001|23503)$/),
  });
  await refused(
    'INSERT INTO charge SELECT tenant_id, gen_random_uuid(), amount, currency, title, provider, provider_ref, at FROM charge WHERE tenant_id = $1 LIMIT 1',
    [tenantId],
  ).toMatchObject({ code: '23503' });
  await refused('INSERT INTO earning SELECT * FROM earning WHERE tenant_id = $1 LIMIT 1', [provider.tenant.id]).toMatchObject({
    code: '23505',
  });
  await refused(
    'UPDATE earning SET id = gen_random_uuid(), retrieval_ref = (SELECT retrieval_ref FROM earning WHERE tenant_id = $1 LIMIT 1) WHERE tenant_id = $1',
    [provider.tenant.id],
  ).toMatchObject({ code: '23505' });
}

/** A purge removes all rows of a tenant, and none of another. */
async function purges(owner: MemberActor) {
  const others = () => database.sql('SELECT count(*)::int AS many FROM usage_record WHERE tenant_id <> $1', [owner.tenant]);
  const kept = await others();
  await trade.must(owner, 'requestTenantDeletion', { confirmation: (await trade.read(owner, 'name')).name });
  gateway.clock.advance({ days: 31 });
  await gateway.settle();
  for (const table of ['usage_record', 'charge', 'audit_event']) expect(await idsIn(table, owner.tenant!)).toEqual([]);
  const [receipt] = await database.sql<{ rows: number }>(
    "SELECT row_count AS rows FROM purge_receipt WHERE tenant_id = $1 AND table_name = 'usage_record'",
    [owner.tenant],
  );
  expect(receipt!.rows).toBeGreaterThan(RETRIEVALS);
  expect(await others()).toEqual(kept);
  gateway.clock.set(new Date());
}
