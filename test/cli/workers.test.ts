import { describe, expect, test } from 'vitest';
import type { Readiness } from '../../src/observe/readiness.ts';
import { signed } from '../http/auth/oidc.ts';
import { scrape, valueIn } from '../observe/scrape.ts';
import { fixtures, useDatabase } from '../support/database.ts';
import { ask } from '../support/gateway.ts';
import { withinOneMinute } from '../support/minute.ts';
import { waitUntil } from '../support/wait.ts';
import type { Command } from './command.ts';
import { useStarts } from './starts.ts';

const database = useDatabase();
const make = fixtures(database);
const starts = useStarts(database);
const starting = (more?: Readonly<Record<string, string>>): Command =>
  starts.starting({ DATABASE_POOL_SIZE: '3', WORKERS: '2', METRICS_PORT: '0', ...more });

/** The process ids of the workers that have served so far, in the order in which they began. */
const pidsIn = (command: Command) => [
  ...new Set([...command.err().matchAll(/"pid":(\d+),"msg":"a worker serves"/g)].map(([, pid]) => Number(pid))),
];
const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('WORKERS=2', () => {
  test('serves from two processes behind one port, which share metrics, and spend one budget to within 1 %', async () => {
    const command = starting();
    const [, url = ''] = await command.says(/"url":"([^"]+)","workers":2,"msg":"all workers serve"/);
    const [, metricsUrl = ''] = await command.says(/"url":"([^"]+)","msg":"metrics"/);
    expect(pidsIn(command)).toHaveLength(2);
    const tenant = await make.tenant('shared', await make.person('ann', starts.issuer.issuer), { plan: 'FREE' });
    const token = await signed(starts.key, starts.issuer.claims({ sub: 'ann@people.example' }));
    // One after the other, each on a connection of its own: the primary deals connections in turn.
    const cheap = () => ask(url, '{ tenant { name } }', { token, tenant: tenant.slug, headers: { connection: 'close' } });
    let ofAll = 0;
    const answered = await withinOneMinute(async () => {
      let answered = 0;
      for (let refused = 0; refused < 4; ) {
        const statuses = await Promise.all(Array.from({ length: 4 }, async () => (await cheap()).status));
        answered += statuses.filter(status => status === 200).length;
        refused = statuses.filter(status => status === 429).length;
        expect(statuses.every(status => status === 200 || status === 429)).toBe(true);
      }
      ofAll += answered;
      return answered;
    });
    expect(answered * 2).toBeLessThanOrEqual(1_000);
    expect(answered * 2).toBeGreaterThanOrEqual(990);
    const series = await scrape(metricsUrl);
    expect(valueIn(series, 'ipto_operations_total', { code: 'OK' })).toBe(ofAll);
    const ready = await (await fetch(`${metricsUrl}/readyz?verbose`)).json();
    expect(ready).toMatchObject({ status: 'ready', checks: { workers: { ok: true, found: '1: ready; 2: ready' } } });
  });

  test('replaces a worker that was killed, and stops one after the other', async () => {
    const command = starting();
    const [, url = ''] = await command.says(/"url":"([^"]+)","workers":2,"msg":"all workers serve"/);
    const [first, second] = pidsIn(command) as [number, number];
    process.kill(first, 'SIGKILL');
    await command.says(/"signal":"SIGKILL","msg":"a worker ended; another one takes its place"/);
    await waitUntil(() => pidsIn(command).length === 3);
    // A connection that is kept would be closed under the next request.
    for (let times = 0; times < 4; times += 1)
      expect((await fetch(`${url}/readyz`, { headers: { connection: 'close' } })).status).toBe(200);
    const ended = command.kill('SIGTERM');
    const answers: number[] = [];
    const asking = (async () => {
      for (;;) {
        const response = await fetch(`${url}/livez`, { headers: { connection: 'close' } }).catch(() => null);
        if (!response) return;
        answers.push(response.status);
      }
    })();
    expect(await ended).toBe(0);
    await asking;
    expect(new Set(answers)).toEqual(new Set([200]));
    expect([...pidsIn(command), second].filter(isAlive)).toEqual([]);
  });

  test('with STOP_DELAY, all workers say at once that they are not ready, and serve on, until a second signal', async () => {
    const command = starting({ STOP_DELAY: '300' });
    const [, url = ''] = await command.says(/"url":"([^"]+)","workers":2,"msg":"all workers serve"/);
    const [, metricsUrl = ''] = await command.says(/"url":"([^"]+)","msg":"metrics"/);
    const ended = command.kill('SIGTERM');
    const found = async () => ((await (await fetch(`${metricsUrl}/readyz?verbose`)).json()) as Readiness).checks.workers!.found;
    await waitUntil(async () => /^1: not ready.*2: not ready/.test(await found()));
    expect((await fetch(`${url}/livez`, { headers: { connection: 'close' } })).status).toBe(200);
    command.child.kill('SIGTERM');
    expect(await ended).toBe(130);
    await waitUntil(() => !pidsIn(command).some(isAlive));
  });

  test('with STOP_DELAY, all end by themselves after it', async () => {
    const command = starting({ STOP_DELAY: '1' });
    await command.says(/"workers":2,"msg":"all workers serve"/);
    expect(await command.kill('SIGTERM')).toBe(0);
    expect(pidsIn(command).filter(isAlive)).toEqual([]);
  });

  test('ends with its reason, said once, if the first worker can not start', async () => {
    const command = starting({ DATABASE_URL: database.adminUrl });
    expect(await command.ended).toBe(1);
    expect(command.err().match(/The gateway does not start on this database/g)).toHaveLength(1);
    expect(command.err()).not.toMatch(/^ +at /m);
  });

  test('leaves no worker behind when the primary is killed', async () => {
    const command = starting();
    await command.says(/"msg":"all workers serve"/);
    const pids = pidsIn(command);
    await command.kill('SIGKILL');
    await waitUntil(() => !pids.some(isAlive));
  });
});
