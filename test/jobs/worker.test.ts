import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database/index.ts';
import type { Message } from '../../src/domain/core/services.ts';
import { createLog } from '../../src/http/server/log.ts';
import { type RunningWorker, startWorker } from '../../src/jobs/worker.ts';
import { startProxy } from '../http/server/proxy.ts';
import { type TenantWithMembers, useTenantFixtures } from '../support/tenant-fixtures.ts';
import { waitFor } from '../support/wait.ts';

const life = useTenantFixtures();
let home: TenantWithMembers;
let sent: Message[];
let stops: (() => Promise<void>)[] = [];
beforeEach(async () => {
  home = await life.home();
  sent = [];
  await life.database.sql('DELETE FROM invitation');
  await life.database.sql('DELETE FROM graphile_worker._private_jobs');
});
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

/** A worker under the gateway's own role. */
async function work(
  send: (message: Message) => Promise<void> = async () => {},
  log = createLog('silent'),
  url = life.database.runtimeUrl,
): Promise<RunningWorker & Database> {
  const database = openDatabase(life.database.runtimeUrl, { poolSize: 4 });
  const mail = { send: async (message: Message) => send(message).then(() => void sent.push(message)) };
  const worker = await startWorker({
    ...{ database, url, log },
    dependencies: { clock: life.gateway.clock, store: life.gateway.store, mail, acceptUrl: '{code}' },
  });
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= worker.stop().then(() => database.close());
    return stopping;
  };
  stops.push(stop);
  return { ...database, stop };
}

const invite = async (email: string, where = home) =>
  expect((await life.mutate(where.owner, 'inviteMember', { email, roles: ['VIEWER'] })).errors).toEqual([]);
/**
 * What is in the queue, oldest first. Where a worker runs, a sweep may come at any time: each
 * minute brings one.
 */
const jobs = () =>
  life.database.sql<{ id: string; task: string; key: string; attempts: number; error: string | null }>(
    'SELECT id, task_identifier AS task, key, attempts, last_error AS error FROM graphile_worker.jobs ORDER BY id',
  );
const connections = () =>
  life.database.sql("SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ipto-worker'");

describe('the worker', () => {
  test('R5: sends an invitation as soon as it is created, without a sweep, under the gateway’s own role', async () => {
    await work();
    await invite('soon@people.example');
    await waitFor(() => expect(sent.map(({ to }) => to)).toEqual(['soon@people.example']));
    await waitFor(async () => expect(await jobs()).toEqual([]));
  });

  test('runs jobs that were enqueued while no worker ran', async () => {
    await invite('waiting@people.example');
    expect(await jobs()).toMatchObject([{ task: 'settle', key: home.id, attempts: 0 }]);
    await work();
    await waitFor(() => expect(sent).toHaveLength(1));
  });

  test('gets no job from a mutation that is rolled back', async () => {
    await invite('first@people.example');
    await life.database.sql('DELETE FROM graphile_worker._private_jobs');
    expect((await life.mutate(home.owner, 'inviteMember', { email: 'boss@people.example', roles: ['OWNER'] })).errors).toHaveLength(1);
    expect(await jobs()).toEqual([]);
  });

  test('retries an unavailable mail server; the failure is stored with the job, without addresses or codes', async () => {
    let isOpen = false;
    await work(async () => {
      if (!isOpen) throw new Error('the mail server is away');
    });
    await invite('patient@people.example');
    const error = expect.stringContaining('1 invitations could not be sent');
    const job = await waitFor(async () => {
      const [first] = await jobs();
      expect(first).toMatchObject({ task: 'settle', key: home.id, error });
      return first;
    });
    expect(job?.error).not.toMatch(/patient|ipto_invite/);
    expect(sent).toEqual([]);
    isOpen = true;
    life.gateway.clock.advance({ minutes: 5 });
    await waitFor(() => expect(sent.map(({ to }) => to)).toEqual(['patient@people.example']));
    await waitFor(async () => expect(await jobs()).toEqual([]));
  });

  test('shares the queue with others: each invitation is sent once', async () => {
    const others = [await life.home(), await life.home(), await life.home()];
    await Promise.all([work(), work()]);
    const all = [home, ...others].flatMap((where, i) => [0, 1, 2].map(k => ({ where, email: `shared-${i}-${k}@people.example` })));
    await Promise.all(all.map(({ where, email }) => invite(email, where)));
    await waitFor(() => expect(sent.length).toBeGreaterThanOrEqual(all.length));
    await waitFor(async () => expect(await jobs()).toEqual([]));
    expect(sent.map(({ to }) => to).sort()).toEqual(all.map(({ email }) => email).sort());
  });

  test('does all due work in one sweep; a second sweep finds nothing to do', async () => {
    await invite('swept@people.example');
    // a lost job is only a late one
    await life.database.sql('DELETE FROM graphile_worker._private_jobs');
    await work();
    const sweep = () => life.database.sql("SELECT graphile_worker.add_job('sweep', job_key := 'test-sweep')");
    await sweep();
    await waitFor(() => expect(sent).toHaveLength(1));
    await waitFor(async () => expect(await jobs()).toEqual([]));
    const before = await life.rows({});
    await sweep();
    await waitFor(async () => expect(await jobs()).toEqual([]));
    expect(sent).toHaveLength(1);
    expect(await life.rows({})).toEqual(before);
  });

  test('logs the tenant that fails in a sweep, and completes the others', async () => {
    const other = await life.home();
    await invite('fails@people.example');
    await invite('works@people.example', other);
    await life.database.sql('DELETE FROM graphile_worker._private_jobs');
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: (line: string) => void lines.push(line) });
    await work(async ({ to }) => {
      if (to.startsWith('fails')) throw new Error('refused');
    }, log as never);
    await life.database.sql("SELECT graphile_worker.add_job('sweep')");
    await waitFor(() => expect(sent.map(({ to }) => to)).toEqual(['works@people.example']));
    const logged = expect.objectContaining({ tenantId: home.id, msg: 'jobs of a tenant failed' });
    await waitFor(() => expect(lines.map(line => JSON.parse(line))).toContainEqual(logged));
    expect(lines.join()).not.toMatch(/fails@|ipto_invite/);
  });

  test('is not blocked by a slow tenant, however often it sweeps meanwhile', async () => {
    const other = await life.home();
    await life.database.sql(
      `UPDATE tenant SET status = 'pending_deletion', deletion_due_at = now() - interval '1 day' WHERE tenant_id = $1`,
      [home.id],
    );
    const holder = new pg.Client({ connectionString: life.database.adminUrl });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM tenant WHERE tenant_id = $1 FOR UPDATE', [home.id]);
    await work();
    for (let i = 0; i < 3; i += 1) {
      await life.database.sql("SELECT graphile_worker.add_job('sweep')");
      await waitFor(async () => expect((await jobs()).filter(({ task }) => task === 'sweep')).toEqual([]));
    }
    expect(await jobs()).toContainEqual(expect.objectContaining({ task: 'settle', key: home.id }));
    await invite('quick@people.example', other);
    await waitFor(() => expect(sent.map(({ to }) => to)).toEqual(['quick@people.example']));
    await holder.end();
    await waitFor(async () => expect(await life.statusOf(home)).toBeUndefined());
  });

  test('stops after the running job has ended, and leaves no connection', async () => {
    let letGo = () => {};
    const gate = new Promise<void>(resolve => {
      letGo = resolve;
    });
    let begun = false;
    const worker = await work(() => {
      begun = true;
      return gate;
    });
    stops.push(async () => letGo());
    await invite('last@people.example');
    await waitFor(() => expect(begun).toBe(true));
    const isKept = async (id: string | undefined) => (await jobs()).some(job => job.id === id);
    const [atWork] = await jobs();
    let isStopped = false;
    const stopping = worker.stop().then(() => {
      isStopped = true;
    });
    expect(atWork).toMatchObject({ task: 'settle' });
    await Promise.race([stopping, sleep(300)]); // one that doesn't wait is over by then
    expect(await isKept(atWork?.id)).toBe(true);
    expect(isStopped).toBe(false);
    letGo();
    await stopping;
    expect(sent).toHaveLength(1);
    expect(await isKept(atWork?.id)).toBe(false);
    await waitFor(async () => expect(await connections()).toEqual([]));
    await invite('nobody@people.example');
    expect(await jobs()).toContainEqual(expect.objectContaining({ task: 'settle', key: home.id, attempts: 0 }));
  });

  test('fails a job without a tenant alone, without delaying others', async () => {
    await work();
    await life.database.sql(`SELECT graphile_worker.add_job('settle', '{"tenantId": "none"}', max_attempts := 1)`);
    await invite('after@people.example');
    await waitFor(() => expect(sent).toHaveLength(1));
    await waitFor(async () => expect(await jobs()).toMatchObject([{ task: 'settle', key: null, attempts: 1 }]));
  });

  test('goes on after the database was away, also if a job failed meanwhile', async () => {
    const proxy = await startProxy(life.database.runtimeUrl);
    stops.push(proxy.shut);
    let isAway = false;
    const fail = async () => {
      if (isAway) return;
      await proxy.shut();
      isAway = true;
      throw new Error('the mail server is away');
    };
    const lines: string[] = [];
    const log = pino({ level: 'error' }, { write: line => void lines.push(line) });
    await work(fail, log, proxy.url);
    await invite('before@people.example');
    await waitFor(() => expect(lines.join('')).toContain('the worker stopped; it starts again'));
    await proxy.open();
    await invite('after@people.example');
    await waitFor(() => expect(sent.map(({ to }) => to)).toContain('after@people.example'));
  });

  test('a sweep releases the jobs of a killed worker, and none of a worker that lives', async () => {
    let goOn = () => {};
    const slow = new Promise<void>(resolve => {
      goOn = resolve;
    });
    await work(async ({ to }) => (to.startsWith('slow') ? slow : undefined));
    stops.push(async () => goOn());
    await invite('slow@people.example');
    const locks = () =>
      life.database.sql('SELECT locked_by AS by FROM graphile_worker._private_job_queues WHERE queue_name = $1 AND locked_by IS NOT NULL', [
        home.id,
      ]);
    const [held] = await waitFor(async () => {
      const found = await locks();
      expect(found).toHaveLength(1);
      return found;
    });
    const other = await life.home();
    await life.database.sql(
      "INSERT INTO graphile_worker._private_job_queues (queue_name, locked_at, locked_by) VALUES ($1, now(), 'killed')",
      [other.id],
    );
    await invite('waiting@people.example', other);
    await life.database.sql("SELECT graphile_worker.add_job('sweep', '{}', max_attempts := 1)");
    await waitFor(() => expect(sent.map(({ to }) => to)).toEqual(['waiting@people.example']));
    expect(await locks()).toEqual([held]);
    goOn();
    await waitFor(() => expect(sent).toHaveLength(2));
  });
});
