import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { runDrill } from './frame.ts';
import { COLLECTS, keptMemory } from './production/memory.ts';
import { openInstallation } from './production/open.ts';

/**
 * `tsx scripts/drills/hostile.ts --rounds N`: sends documents that are made to be dear, N times
 * each, while another client asks for something small. Each is refused within 10 ms of the
 * gateway's CPU, the other client is served about as fast as before, and the memory that the
 * gateway keeps after a thousand requests hardly grows.
 */
const [CPU_MS, MEMORY_MB, SLOWER] = [10, 50, 3];
/** Times with and without these documents are taken in turn. */
const [PAIRS, IDLE_MS] = [5, 2_000];
/** A text between the quotes of a JSON text. */
const jsonOf = (text: string) => Buffer.from(JSON.stringify(text).slice(1, -1));
const repeat = (count: number, of: (at: number) => string) => Array.from({ length: count }, (_, at) => of(at)).join(' ');

const DOCUMENTS: Readonly<Record<string, string>> = {
  'ten thousand aliases': `{ ${repeat(10_000, at => `a${at}: __typename`)} }`,
  'a depth of ten thousand': `${'{ tenant '.repeat(10_000)}{ id }${' }'.repeat(10_000)}`,
  'a list of a depth of ten thousand': `{ node(id: ${'['.repeat(10_000)}${']'.repeat(10_000)}) { id } }`,
  'fragments that double twenty times': `{ ...f0 } ${repeat(20, at => `fragment f${at} on Query { a: tenant { id } ...f${at + 1} ...f${at + 1} }`)} fragment f20 on Query { __typename }`,
  'a fragment that spreads itself': '{ ...f } fragment f on Query { ...f }',
  'fragments in a circle': `{ ...f0 } ${repeat(500, at => `fragment f${at} on Query { ...f${(at + 1) % 500} }`)}`,
  'a field ten thousand times': `{ ${'__typename '.repeat(10_000)} }`,
  'fields that overlap': `{ ${repeat(1_500, () => 'tenant { id name slug }')} }`,
  'ten thousand directives': `{ __typename ${'@include(if: true) '.repeat(10_000)} }`,
  'unknown directives': `{ __typename ${repeat(5_000, at => `@a${at}`)} }`,
  'a thousand operations': repeat(1_000, at => `query q${at} { __typename }`),
  'introspection of a depth of a thousand': `{ __schema { types ${'{ fields { type '.repeat(1_000)}{ name }${' } }'.repeat(1_000)} } }`,
  'pages of pages': `{ tenant { ${repeat(40, at => `m${at}: memberships(first: 100) { edges { node { user { name } } } } d${at}: datasets(first: 100) { edges { node { objects(first: 100) { edges { node { name } } } } } }`)} } }`,
  'a megabyte of comments': `${'#\n'.repeat(500_000)}{ __typename }`,
  'a megabyte of a name': `{ ${'a'.repeat(1_000_000)} }`,
  'a megabyte of a string': `{ node(id: "${'a'.repeat(1_000_000)}") { id } }`,
  'ten thousand variables': `query (${repeat(10_000, at => `$v${at}: Int`)}) { __typename }`,
  'unknown fields with near names': `{ ${repeat(2_000, at => `tenan${at}`)} }`,
};

/** The CPU time of a process in all its threads, ms. */
const cpuOf = (pid: number): number =>
  readdirSync(`/proc/${pid}/task`).reduce(
    (sum, task) => sum + Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]),
    0,
  ) / 1e6;
const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;

await runDrill('hostile', async frame => {
  const { rounds, fault } = frame;
  const { installation, tenants } = await openInstallation(frame, 2);
  const gateway = await installation.gateway({ LOG_LEVEL: 'info', ...COLLECTS });
  const [attacker, other] = tenants as [(typeof tenants)[0], (typeof tenants)[0]];
  const agent = new Agent({ keepAlive: true });
  const ask = ({ id, token }: typeof attacker, query: Buffer | string, comment = '') =>
    new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
      const end = `${comment}"}`;
      const headers = {
        'content-type': 'application/json',
        'content-length': 10 + query.length + end.length,
        authorization: `Bearer ${token}`,
        'x-tenant-id': id,
      };
      const sent = request(`${gateway.url}/graphql`, { method: 'POST', agent, headers }, response => {
        let text = '';
        response.setEncoding('utf8').on('data', part => (text += part));
        response.on('end', () => resolve({ status: response.statusCode!, text })).on('error', reject);
      });
      sent.on('error', reject);
      sent.write('{"query":"');
      sent.write(query);
      sent.end(end);
    });
  const probe = async (isOver: () => boolean): Promise<number> => {
    const times: number[] = [];
    while (!isOver()) {
      const since = performance.now();
      const { text } = await ask(other, '{ tenant { slug } }');
      if (!text.includes(other.mark)) fault(`the other client got ${text.slice(0, 200)}`);
      times.push(performance.now() - since);
      await sleep(10);
    }
    return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)]!;
  };
  for (let warm = 0; warm < 1_000; warm += 1) await ask(other, `query Warm${warm} { tenant { slug } }`);
  const memory = await keptMemory(gateway);
  // Made once: what this process does would slow the other client down.
  const documents = Object.entries(DOCUMENTS).map(([what, query]) => [what, jsonOf(query)] as const);
  let [dearest, name] = [0, ''];
  for (const [what, query] of documents) {
    const costs: number[] = [];
    for (let round = 0; round < Math.max(3, rounds); round += 1) {
      const before = cpuOf(gateway.pid);
      const { status, text } = await ask(attacker, query, ` # ${round}`);
      costs.push(cpuOf(gateway.pid) - before);
      if (status >= 500 || !text.includes('"errors"')) fault(`${what}: ${status} ${text.slice(0, 200)}`);
    }
    const cost = median(costs);
    if (cost > CPU_MS) fault(`${what}: refused in ${cost.toFixed(1)} ms of CPU`);
    if (cost > dearest) [dearest, name] = [cost, what];
  }
  const pairs: { readonly idle: number; readonly busy: number }[] = [];
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const idleEnd = performance.now() + IDLE_MS;
    const idle = await probe(() => performance.now() > idleEnd);
    let isOver = false;
    const probing = probe(() => isOver);
    for (let round = 0; round < rounds / 2; round += 1)
      for (const [, query] of documents) await ask(attacker, query, ` # ${pair} ${round}`);
    isOver = true;
    pairs.push({ idle, busy: await probing });
  }
  const slower = pairs.map(({ idle, busy }) => busy / idle);
  const grown = (await keptMemory(gateway)) - memory;
  if (median(slower) > SLOWER)
    fault(`the other client's p99 was ${slower.map(times => times.toFixed(1)).join(', ')} times that without these documents`);
  if (grown > MEMORY_MB) fault(`memory grew by ${grown.toFixed(0)} MB`);
  return `${Object.keys(DOCUMENTS).length} documents, dearest ${dearest.toFixed(1)} ms of CPU (${name}), p99 ${median(slower).toFixed(1)} times idle (${pairs.map(({ idle, busy }) => `${busy.toFixed(0)}/${idle.toFixed(0)}`).join(' ')} ms), memory ${grown >= 0 ? '+' : ''}${grown.toFixed(0)} MB`;
});
