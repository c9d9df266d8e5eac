import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { withinOneMinute } from '../../test/support/minute.ts';
import { startRedis } from '../../test/support/redis.ts';
import { type Drill, drill } from './drill.ts';
import { createIssuer, ISSUER } from './tokens.ts';

/**
 * `tsx scripts/drills/flood.ts --rounds N [--seconds S]`: one tenant asks ten times as often as its
 * budget allows, at two gateways, with and without Redis. N times in turn, S seconds each, others
 * ask with and without the flood. None of them may be refused; of five pairs or more, one at least
 * must have a p99 that rose by less than 20 %. With Redis the gateways must spend a budget to
 * within 1 % (SPEC G7).
 */
const seconds = Number(process.argv[process.argv.indexOf('--seconds') + 1]) || 5;

/** Free: 1,000 points a minute, of which the query takes 2. */
const [FREE_POINTS, QUERY, COST] = [1_000, '{ tenant { name } }', 2];
const FLOOD_PER_SECOND = (10 * FREE_POINTS) / COST / 60;
const [OTHERS, PER_SECOND_OF_OTHERS] = [4, 100];
const MOST = 1.2;
/** Fewer pairs than this say nothing of a p99. */
const JUDGED_ROUNDS = 5;

type Ask = () => Promise<number>;

/** Creates a tenant with an owner, who has its name. */
async function found({ sql }: Drill, name: string, plan: string): Promise<void> {
  const id = randomUUID();
  await sql(`BEGIN;
    INSERT INTO person (id, issuer, subject, name, email, email_verified) VALUES ('${id}', '${ISSUER}', '${name}', '${name}', '${name}@people.example', true);
    INSERT INTO tenant (tenant_id, slug, name, plan_code) VALUES ('${id}', '${name}', '${name}', '${plan}');
    INSERT INTO membership (tenant_id, id, person_id, roles) VALUES ('${id}', '${id}', '${id}', '{owner}');
    COMMIT`);
}

/** Asks `perSecond` times a second, whether or not earlier requests are answered. */
async function atRate(perSecond: number, isOver: () => boolean, ask: (turn: number) => Promise<void>): Promise<void> {
  const under = new Set<Promise<void>>();
  const began = performance.now();
  for (let turn = 0; !isOver(); turn += 1) {
    const wait = began + (turn * 1_000) / perSecond - performance.now();
    if (wait > 0) await sleep(wait);
    const asked = ask(turn).finally(() => under.delete(asked));
    under.add(asked);
  }
  await Promise.all(under);
}

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

await drill('flood', async world => {
  const { rounds, fault, child } = world;
  const redis = await startRedis();
  const issuer = await createIssuer();
  const names = Array.from({ length: OTHERS }, (_, at) => `other-${at}`);
  for (const name of names) await found(world, name, 'PROFESSIONAL');
  for (const mode of ['redis', 'memory']) for (const name of ['flood', 'exact']) await found(world, `${name}-${mode}`, 'FREE');

  const say = (line: string) => process.stdout.write(`${line}\n`);
  for (const mode of ['redis', 'memory'] as const) {
    const budget = { withoutTenant: 600, trustedProxies: [], redis: mode === 'redis' ? { url: redis.url, prefix: 'drill:' } : null };
    const env = { DRILL_DATABASE_URL: world.runtimeUrl, DRILL_KEYS: JSON.stringify(issuer.keys), DRILL_BUDGET: JSON.stringify(budget) };
    const gateways = await Promise.all([0, 1].map(() => child<string>('./transfer-child.ts', env)));
    const askAs = async (name: string): Promise<(turn: number) => ReturnType<Ask>> => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${await issuer.tokenOf(name)}`, 'x-tenant-id': name };
      return async turn => {
        const url = `${gateways[turn % 2]!.first}/graphql`;
        const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query: QUERY }) });
        await response.text();
        return response.status;
      };
    };
    const others = await Promise.all(names.map(askAs));
    const flood = await askAs(`flood-${mode}`);
    for (let turn = 0; turn < 200; turn += 1) await others[turn % OTHERS]!(turn);

    /** The others' p99, ms. */
    const measure = async (isFlooded: boolean): Promise<number> => {
      const end = performance.now() + seconds * 1_000;
      const isOver = () => performance.now() >= end;
      const times: number[] = [];
      const flooding = isFlooded ? atRate(FLOOD_PER_SECOND, isOver, async turn => void (await flood(turn))) : null;
      await atRate(PER_SECOND_OF_OTHERS, isOver, async turn => {
        const began = performance.now();
        const status = await others[turn % OTHERS]!(Math.floor(turn / OTHERS));
        times.push(performance.now() - began);
        if (status !== 200) fault(`${mode}: another tenant was answered ${status}`);
      });
      await flooding;
      return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]!;
    };
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const order = round % 2 ? [true, false] : [false, true];
      const p99 = new Map<boolean, number>();
      for (const isFlooded of order) p99.set(isFlooded, await measure(isFlooded));
      ratios.push(p99.get(true)! / p99.get(false)!);
    }
    say(
      `flood, ${mode}: others' p99 with the flood / without: median ${median(ratios).toFixed(2)} of ${ratios.map(ratio => ratio.toFixed(2)).join(' ')}`,
    );
    if (rounds >= JUDGED_ROUNDS && ratios.every(ratio => ratio > MOST))
      fault(`${mode}: the others' p99 rose by more than 20 % in all of ${rounds} pairs`);

    const ask = await askAs(`exact-${mode}`);
    const spent = await withinOneMinute(() => spend(ask));
    say(`flood, ${mode}: ${spent} of ${FREE_POINTS} points were spent in a minute`);
    const most = mode === 'redis' ? FREE_POINTS : 2 * FREE_POINTS;
    if (spent > most || spent < FREE_POINTS * 0.99) fault(`${mode}: ${spent} points of ${FREE_POINTS} were spent`);
    for (const gateway of gateways) await gateway.killAmongOthers();
  }
  await redis.stop();
  return 4;
});

/** The points that both gateways give until they refuse, one after the other. */
async function spend(ask: (turn: number) => Promise<number>): Promise<number> {
  let answered = 0;
  for (let turn = 0, refused = 0; refused < 2; turn += 1) {
    if ((await ask(turn)) === 200) [answered, refused] = [answered + 1, 0];
    else refused += 1;
  }
  return answered * COST;
}
