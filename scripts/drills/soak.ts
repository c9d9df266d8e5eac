import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startReceiver as startCollector } from '../../test/observe/otlp-receiver.ts';
import { startRedis } from '../../test/support/redis.ts';
import { Subscriber, startReceiver } from './event-receivers.ts';
import { argument, runDrill } from './frame.ts';
import { Load } from './production/load.ts';
import { COLLECTS, keptMemory } from './production/memory.ts';
import { openInstallation } from './production/open.ts';
import type { Process } from './production/process.ts';

/**
 * `tsx scripts/drills/soak.ts --seconds S`: half an hour of changes and reads with everything on
 * (metrics, traces, Redis, subscriptions, webhooks, mail), and thirty looks at what the gateway and
 * the worker hold. After the first ten, the memory that they keep grows by 1 MB a minute at most,
 * and neither their files and sockets nor PostgreSQL's connections become more.
 */
const LOOKS = 30;
const SETTLED = LOOKS / 3;
const MAX_MB_PER_MINUTE = 1;
/** By how much a number may differ that depends on the moment: connections that open and close. */
const SLACK = 8;
/** So many loops send, with a pause after each request: an hour must not fill the disk. */
const [AT_ONCE, PAUSE_MS] = [4, 20];

type Look = { readonly minute: number; readonly memory: number; readonly files: number };

/** The slope of a line through points: by how much `y` grows with `x`. */
function slope(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (of: (point: { x: number; y: number }) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(point => point.x), mean(point => point.y)];
  return mean(point => (point.x - x) * (point.y - y)) / mean(point => (point.x - x) ** 2);
}

/** Whether a number is larger in the end than in the middle. */
function grows(numbers: readonly number[]): boolean {
  const [middle, end] = [numbers.slice(SETTLED, 2 * SETTLED), numbers.slice(2 * SETTLED)];
  return Math.min(...end) > Math.max(...middle) + SLACK;
}

const filesOf = ({ pid }: Process): number => readdirSync(`/proc/${pid}/fd`).length;

await runDrill(
  'soak',
  async frame => {
    const { fault, atEnd } = frame;
    const seconds = argument('seconds', 1_800);
    const { database, installation, tenants } = await openInstallation(frame, 6);
    const [redis, collector, receiver] = await Promise.all([startRedis(), startCollector(), startReceiver(fault)]);
    atEnd(() => Promise.all([redis.stop(), collector.stop(), receiver.stop()]));
    const settings = {
      ...COLLECTS,
      REDIS_URL: redis.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.01',
    };
    const processes = await Promise.all([installation.gateway(settings), installation.worker(settings)]);
    const [gateway] = processes;
    const ask = async ({ id, token }: (typeof tenants)[0], query: string, variables: object) => {
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}`, 'x-tenant-id': id };
      const response = await fetch(`${gateway.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
      const text = await response.text();
      if (text.includes('"errors"')) throw new Error(text);
    };
    const CREATE = 'mutation ($input: CreateWebhookInput!) { createWebhook(input: $input) { secret } }';
    for (const tenant of tenants)
      await ask(tenant, CREATE, { input: { name: 'Soak', url: receiver.url, types: ['TENANT_RENAMED', 'DATASET_CREATED'] } });
    const subscribers = tenants.map(({ id, token }) => new Subscriber(id, token, () => gateway.url));
    for (const subscriber of subscribers) void subscriber.follow();

    const kinds = ['rename', 'read', 'dataset', 'read', 'retrieve', 'read', 'invite'] as const;
    const load = new Load(() => gateway.url, tenants, kinds);
    let isOver = false;
    const loops = Array.from({ length: AT_ONCE }, async (_, loop) => {
      for (let count = loop; !isOver; count += 1) {
        await load.send(kinds[count % kinds.length]!, tenants[count % tenants.length]!);
        await sleep(PAUSE_MS);
      }
    });
    const looks = new Map<Process, Look[]>(processes.map(one => [one, []]));
    const connections: number[] = [];
    for (let look = 0; look < LOOKS; look += 1) {
      await sleep((seconds * 1_000) / LOOKS);
      const minute = (look * seconds) / LOOKS / 60;
      for (const one of processes) looks.get(one)!.push({ minute, memory: await keptMemory(one), files: filesOf(one) });
      const [row] = await database.sql<{ count: number }>(
        'SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database()',
      );
      connections.push(row!.count);
    }
    isOver = true;
    await Promise.all(loops);
    for (const subscriber of subscribers) subscriber.stop();

    for (const what of load.faults) fault(what);
    if (subscribers.some(({ received }) => received.length === 0)) fault('a subscriber got nothing');
    if (receiver.bodies.size === 0) fault('no webhook was sent');
    if (collector.spans.length === 0) fault('no request was traced');
    if (grows(connections)) fault(`PostgreSQL's connections become more: ${connections.join(' ')}`);
    const rates = processes.map((one, at) => {
      const seen = looks.get(one)!;
      const name = at ? 'worker' : 'gateway';
      if (grows(seen.map(({ files }) => files))) fault(`the ${name} opens more and more: ${seen.map(({ files }) => files).join(' ')}`);
      const rate = slope(seen.slice(SETTLED).map(({ minute, memory }) => ({ x: minute, y: memory })));
      if (rate > MAX_MB_PER_MINUTE) fault(`the ${name}'s memory: ${seen.map(({ memory }) => memory.toFixed(0)).join(' ')} MB`);
      return `${name} ${rate.toFixed(2)} MB/min`;
    });
    return `${seconds} s, ${load.acknowledged.length} changes, ${load.reads} reads, ${receiver.bodies.size} webhooks: ${rates.join(', ')}`;
  },
  { rounds: 1, limit: [argument('seconds', 1_800) + 300, 0] },
);
