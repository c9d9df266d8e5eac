import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/index.ts';
import { Undelivered } from '../../src/domain/core/delivery.ts';
import { JobCounts } from '../../src/jobs/job-counts.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { observeWorker } from '../../src/observe/observe.ts';
import { keepLog } from '../http/server/serve.ts';
import { type TenantWithMembers, useTenantFixtures } from '../support/tenant-fixtures.ts';
import { waitFor } from '../support/wait.ts';
import { insertWebhook } from '../support/webhooks.ts';
import { keysOf } from './log-keys.ts';
import { ANY_PORT, scrape, valueIn } from './scrape.ts';

const life = useTenantFixtures();
let home: TenantWithMembers;
let stops: (() => Promise<void>)[] = [];
beforeEach(async () => {
  home = await life.home();
  await life.database.sql('DELETE FROM invitation');
  await life.database.sql('DELETE FROM graphile_worker._private_jobs');
});
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

const invite = async (email: string) =>
  expect((await life.mutate(home.owner, 'inviteMember', { email, roles: ['VIEWER'] })).errors).toEqual([]);

/** The metrics port of a worker, with the worker itself unless `works` is false. */
async function observed({ works = true, send = async () => {} }: { works?: boolean; send?: () => Promise<void> } = {}) {
  const kept = keepLog();
  const database = openDatabase(life.database.runtimeUrl, { poolSize: 4 });
  const { clock, store } = life.gateway;
  const jobs = new JobCounts();
  const port = await observeWorker({ address: ANY_PORT, database, counts: { jobs, clock } });
  stops.push(() => database.close(), port.stop);
  if (works) {
    const dependencies = { clock, store, mail: { send }, acceptUrl: '{code}' };
    const worker = await startWorker({ database, url: life.database.runtimeUrl, log: kept.log, dependencies, counts: jobs });
    stops.push(worker.stop);
  }
  return { ...kept, url: port.url, series: () => scrape(port.url) };
}

describe('the log of the worker', () => {
  test('has a line for each job and each message, without address and text', async () => {
    const worker = await observed();
    await invite('canary@people.example');
    const lineOf = (msg: string) =>
      waitFor(() => {
        const line = worker.lines().find(each => each.msg === msg && each.tenantId === home.id);
        expect(line).toBeDefined();
        return line!;
      });
    await waitFor(() => expect(worker.lines().filter(({ msg }) => msg === 'mail')).toHaveLength(1));
    const mail = await lineOf('mail');
    expect(mail).toMatchObject({ outcome: 'sent' });
    expect(keysOf(mail)).toBe('level ms msg outcome tenantId time');
    const job = await lineOf('job');
    expect(job).toMatchObject({ task: 'settle', outcome: 'done', attempts: 1 });
    expect(keysOf(job)).toBe('attempts lagMs level ms msg outcome task tenantId time');
    expect(worker.text()).not.toContain('canary');
  });

  test('has the reply code of a message that is refused, never the words of the mail server', async () => {
    const worker = await observed({ send: () => Promise.reject(new Undelivered('canary said the server', 550, true)) });
    await invite('someone@people.example');
    await waitFor(() => expect(worker.lines().filter(({ msg }) => msg === 'mail')).toHaveLength(1));
    expect(worker.lines().find(({ msg }) => msg === 'mail')).toMatchObject({ outcome: 'refused', replyCode: 550 });
    await waitFor(() => expect(worker.lines().some(({ msg, outcome }) => msg === 'job' && outcome === 'failed')).toBe(true));
  });
});

describe('the metrics of the worker', () => {
  test('count jobs and messages by outcome', async () => {
    const worker = await observed();
    await invite('one@people.example');
    await waitFor(() => expect(worker.lines().some(({ msg, task }) => msg === 'job' && task === 'settle')).toBe(true));
    const series = await worker.series();
    expect(valueIn(series, 'ipto_mails_total', { outcome: 'sent' })).toBe(1);
    expect(valueIn(series, 'ipto_jobs_total', { task: 'settle', outcome: 'done' })).toBeGreaterThan(0);
    expect(valueIn(series, 'ipto_job_lag_seconds_count')).toBeGreaterThan(0);
    expect(valueIn(series, 'ipto_job_duration_seconds_sum')).toBeGreaterThan(0);
    expect(valueIn(series, 'ipto_statement_duration_seconds_count')).toBeGreaterThan(0);
  });

  test('tell how far jobs and mail are behind, over all tenants', async () => {
    const worker = await observed({ works: false });
    const empty = await worker.series();
    for (const name of [
      'ipto_jobs_waiting',
      'ipto_oldest_job_age_seconds',
      'ipto_mails_waiting',
      'ipto_oldest_undelivered_mail_age_seconds',
    ])
      expect([name, valueIn(empty, name), empty.some(each => each.name === name)]).toEqual([name, 0, true]);
    await invite('one@people.example');
    home = await life.home();
    await invite('two@people.example');
    await life.database.sql("UPDATE invitation SET created_at = created_at - interval '2 hours' WHERE email = 'one@people.example'");
    const tenMinutesAgo = new Date(life.gateway.clock.now().getTime() - 600_000);
    await life.database.sql('UPDATE graphile_worker._private_jobs SET run_at = $2 WHERE key = $1', [home.id, tenMinutesAgo]);
    const behind = await worker.series();
    expect(valueIn(behind, 'ipto_mails_waiting')).toBe(2);
    expect(valueIn(behind, 'ipto_oldest_undelivered_mail_age_seconds')).toBeGreaterThan(7_000);
    expect(valueIn(behind, 'ipto_jobs_waiting')).toBe(2);
    expect(valueIn(behind, 'ipto_oldest_job_age_seconds')).toBe(600);
    await life.database.sql('UPDATE graphile_worker._private_jobs SET attempts = max_attempts WHERE key = $1', [home.id]);
    await life.database.sql("UPDATE invitation SET given_up_at = now() WHERE email = 'one@people.example'");
    const dead = await worker.series();
    expect([valueIn(dead, 'ipto_jobs_dead'), valueIn(dead, 'ipto_jobs_waiting')]).toEqual([1, 1]);
    expect(valueIn(dead, 'ipto_mails_waiting')).toBe(1);
    expect(valueIn(dead, 'ipto_oldest_undelivered_mail_age_seconds')).toBeLessThan(7_000);
  });

  test('tell how far numbering and webhooks are behind, and whose fault that is', async () => {
    const worker = await observed({ works: false });
    const { id } = await insertWebhook(life.database, { tenantId: home.id, membershipId: home.owner.id });
    const [now, minutes] = [life.gateway.clock.now().getTime(), (count: number) => new Date(now - count * 60_000)];
    await life.database.sql('DELETE FROM event_outbox');
    await life.database.sql(
      `INSERT INTO event_outbox (tenant_id, id, type, subject_type, subject_id, at, audit_event_id, payload)
       VALUES ($1, gen_random_uuid(), 'tenant.renamed', 'Tenant', 't', $2, gen_random_uuid(), '{}')`,
      [home.id, minutes(3)],
    );
    const waiting = (subject: string, number: number, created: number, due: number) =>
      life.database.sql(
        `INSERT INTO webhook_delivery (tenant_id, id, webhook_id, kind, event_id, number, type, subject_type, subject_id, created_at, next_try_at)
         VALUES ($1, gen_random_uuid(), $2, 'event', gen_random_uuid(), $3, 'tenant.renamed', 'Tenant', $4, $5, $6)`,
        [home.id, id, number, subject, minutes(created), minutes(due)],
      );
    // One failed and is tried later; the next of its subject waits for it. Another is due.
    await waiting('failed', 1, 60, -5);
    await waiting('failed', 2, 50, 50);
    await waiting('due', 3, 7, 7);
    const read = async () => {
      const series = await worker.series();
      return [
        'events_unnumbered',
        'oldest_unnumbered_event_age_seconds',
        'webhook_deliveries_waiting',
        ...['undelivered', 'due'].map(what => `oldest_${what}_webhook_age_seconds`),
      ].map(name => valueIn(series, `ipto_${name}`));
    };
    expect(await read()).toEqual([1, 180, 3, 3_600, 420]);
    await life.database.sql('UPDATE webhook SET paused_until = $2 WHERE id = $1', [id, minutes(-1)]);
    expect(await read()).toEqual([1, 180, 3, 3_600, 0]);
    await life.database.sql("UPDATE webhook SET status = 'disabled' WHERE id = $1", [id]);
    expect(await read()).toEqual([1, 180, 0, 0, 0]);
  });

  test('the port tells of database and migrations', async () => {
    const { url } = await observed({ works: false });
    expect(await (await fetch(`${url}/readyz?verbose`)).json()).toMatchObject({
      status: 'ready',
      checks: { database: { ok: true }, migrations: { ok: true } },
    });
  });
});
