import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/database/index.ts';
import { JobCounts } from '../../src/jobs/job-counts.ts';
import type { JobSpans } from '../../src/jobs/observed.ts';
import { startWorker } from '../../src/jobs/worker.ts';
import { observeWorker } from '../../src/observe/observe.ts';
import { openTracing } from '../../src/observe/tracing/tracing.ts';
import { webhookSender } from '../../src/webhook/sender.ts';
import { keepLog } from '../http/server/serve.ts';
import { accept, type Receiver, refuse, startReceiver } from '../support/receiver.ts';
import { useTenantFixtures } from '../support/tenant-fixtures.ts';
import { waitFor } from '../support/wait.ts';
import { WEBHOOK, WEBHOOK_KEYS } from '../support/webhooks.ts';
import { keysOf } from './log-keys.ts';
import { CLIENT, startReceiver as startCollector } from './otlp-receiver.ts';
import { ANY_PORT, scrape, valueIn } from './scrape.ts';

const life = useTenantFixtures();
let receiver: Receiver;
let stops: (() => Promise<void>)[] = [];
beforeAll(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});
afterAll(() => receiver.stop());

/** A worker that sends webhooks, its log, and its metrics. */
async function observed(spans: JobSpans | null = null) {
  const kept = keepLog();
  const database = openDatabase(life.database.runtimeUrl, { poolSize: 4 });
  const { clock, store } = life.gateway;
  const counts = new JobCounts();
  const port = await observeWorker({ address: ANY_PORT, database, counts: { jobs: counts, clock } });
  const dependencies = { clock, store, mail: { send: async () => {} }, acceptUrl: '{code}' };
  const webhooks = { keys: WEBHOOK_KEYS, sender: webhookSender({ allowLoopback: true }), concurrency: 2 };
  const worker = await startWorker({ database, url: life.database.runtimeUrl, log: kept.log, dependencies, counts, webhooks, spans });
  stops.push(() => database.close(), port.stop, worker.stop);
  return { lines: () => kept.lines().filter(({ msg }) => msg === 'webhook'), text: kept.text, series: () => scrape(port.url) };
}

describe('the webhooks that a worker sends', () => {
  test('E2, A4: are logged and counted by outcome, without URL and payload', async () => {
    const worker = await observed();
    const home = await life.home();
    const made = await life.mutate(home.owner, 'createWebhook', { ...WEBHOOK, url: receiver.url }, 'secret webhook { id }');
    const { secret, webhook } = made.data.createWebhook;
    receiver.answer = accept;
    expect((await life.mutate(home.owner, 'renameTenant', { name: 'Canary name' })).errors).toEqual([]);
    await waitFor(() => expect(worker.lines()).toHaveLength(1));
    receiver.answer = refuse;
    await life.mutate(home.owner, 'testWebhook', { webhookId: webhook.id });
    await waitFor(() => expect(worker.lines()).toHaveLength(2));
    const [event, sentTest] = worker.lines();
    expect(event).toMatchObject({
      tenantId: home.id,
      type: 'tenant.renamed',
      kind: 'event',
      try: 1,
      outcome: 'delivered',
      statusCode: 204,
    });
    expect(keysOf(event!)).toBe('deliveryId eventId kind level ms msg outcome statusCode tenantId time try type webhookId');
    expect(sentTest).toMatchObject({ type: 'webhook.test', kind: 'test', outcome: 'failed', failure: 'STATUS', statusCode: 500 });
    for (const canary of ['Canary', receiver.url, secret]) expect(worker.text()).not.toContain(canary);
    const series = await worker.series();
    expect(valueIn(series, 'ipto_webhook_deliveries_total', { outcome: 'delivered' })).toBe(1);
    expect(valueIn(series, 'ipto_webhook_deliveries_total', { outcome: 'failed', failure: 'STATUS' })).toBe(1);
    expect(valueIn(series, 'ipto_webhook_duration_seconds_count')).toBe(2);
  });

  test('E2, A4: have a span below that of their job, without URL and payload', async () => {
    const collector = await startCollector();
    const tracing = openTracing({ endpoint: collector.endpoint, sampler: 'always_on', ratio: 1 }, keepLog().log, 'ipto-worker');
    stops.push(collector.stop);
    const worker = await observed(tracing.jobs);
    const home = await life.home();
    receiver.answer = refuse;
    const made = await life.mutate(home.owner, 'createWebhook', { ...WEBHOOK, url: receiver.url }, 'secret webhook { id }');
    expect((await life.mutate(home.owner, 'renameTenant', { name: 'Canary name' })).errors).toEqual([]);
    await waitFor(() => expect(worker.lines()).toHaveLength(1));
    for (const stop of stops.splice(1).reverse()) await stop();
    await tracing.stop();
    const delivery = collector.spans.find(({ name }) => name === 'webhook delivery')!;
    expect(delivery).toMatchObject({
      ...{ kind: CLIENT, status: { code: 2 } },
      attributes: {
        ...{ 'ipto.tenant.id': home.id, 'ipto.event.type': 'tenant.renamed', 'ipto.webhook.delivery.outcome': 'failed' },
        ...{ 'error.type': 'STATUS', 'http.response.status_code': 500 },
      },
    });
    const job = collector.spans.find(({ spanId }) => spanId === delivery.parentSpanId);
    expect(job).toMatchObject({ name: 'job deliver', attributes: { 'ipto.job.task': 'deliver', 'ipto.tenant.id': home.id } });
    expect(collector.resources[0]).toMatchObject({ 'service.name': 'ipto-worker' });
    for (const canary of ['Canary', receiver.url, made.data.createWebhook.secret]) expect(collector.text()).not.toContain(canary);
  });
});
