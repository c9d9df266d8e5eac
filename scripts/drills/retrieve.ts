import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Drill, drill } from './drill.ts';
import { foundMarket, retrieve } from './market.ts';
import { createIssuer } from './tokens.ts';

/**
 * `tsx scripts/drills/retrieve.ts --rounds N`: kills the gateway N times, at random moments, while
 * a buyer retrieves. Requests without an answer are retried with their idempotency key. Checks each
 * time that charges and earnings reconcile and that answered retrievals are kept; in the end, that
 * there is one charge for each key (SPEC M3, P3).
 */

const AT_ONCE = 8;
/** A gateway is killed after at most this many answers, and this many ms after the last one. */
const [MAX_ANSWERS, MAX_MS] = [30, 50];

async function check({ sql, fault }: Drill, answered: ReadonlyMap<string, string>): Promise<void> {
  for (const { retrieval, fault: what } of await sql('SELECT * FROM crossing_billing_faults()')) fault(`retrieval ${retrieval}: ${what}`);
  const kept = new Set((await sql<{ id: string }>('SELECT id FROM charge')).map(({ id }) => id));
  for (const id of answered.values()) if (!kept.has(id)) fault(`retrieval ${id} was answered, and is gone`);
  const [{ counted }] = (await sql<{ counted: number }>('SELECT coalesce(sum(used), 0)::int AS counted FROM retrieval_count')) as [
    { counted: number },
  ];
  if (counted !== kept.size) fault(`${kept.size} charges, and ${counted} are counted`);
}

await drill('retrieve', async world => {
  const { rounds, child, runtimeUrl } = world;
  const { keys, tokenOf } = await createIssuer();
  const [market, token] = [await foundMarket(world), await tokenOf('buyer')];
  const env = { DRILL_DATABASE_URL: runtimeUrl, DRILL_KEYS: JSON.stringify(keys) };
  const answered = new Map<string, string>();
  const open: string[] = [];
  for (let kills = 0; kills <= rounds; kills += 1) {
    const gateway = await child<string>('./transfer-child.ts', env);
    const [before, isLast] = [answered.size, kills === rounds];
    let over = false;
    const ask = async (key: string) => {
      const id = await retrieve(gateway.first, token, market, key);
      if (!id) open.push(key);
      else if ((answered.get(key) ?? id) !== id) world.fault(`key ${key} did ${answered.get(key)}, and then ${id}`);
      else answered.set(key, id);
    };
    const again = open.splice(0);
    await Promise.all(again.map(ask));
    if (!isLast) {
      const loops = Array.from({ length: AT_ONCE }, async () => {
        while (!over) await ask(randomUUID());
      });
      const enough = before + again.length + 1 + Math.random() * MAX_ANSWERS;
      while (answered.size < enough) await sleep(1);
      await sleep(Math.random() * MAX_MS);
      await gateway.kill();
      over = true;
      await Promise.all(loops);
    } else await gateway.kill();
    await check(world, answered);
  }
  const [{ charges }] = (await world.sql<{ charges: number }>('SELECT count(*)::int AS charges FROM charge')) as [{ charges: number }];
  if (open.length) world.fault(`${open.length} keys were never answered`);
  if (charges !== answered.size) world.fault(`${answered.size} keys, and ${charges} charges`);
  process.stderr.write(`${answered.size} keys, ${charges} charges\n`);
  return rounds;
});
