import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { nextTryAt } from '../../../src/database/queries/webhook-delivery.ts';
import { MAX_TRIES } from '../../../src/domain/webhook/schedule.ts';
import { refuse } from '../../support/receiver.ts';
import { type MadeWebhook, useWebhooks } from './scene.ts';

const { at, unit, fixtures, gateway, make, run, rename, must, deliveries, status, received, events } = useWebhooks();

/** Moves to the next try of what waits; false if nothing does. */
async function nextTry(hook: MadeWebhook): Promise<boolean> {
  const moment = await nextTryAt(unit().query, hook.id);
  if (moment) gateway.clock.set(moment);
  return moment !== null;
}

describe('an event of a type of the webhook', () => {
  test('E2: is sent as it is stored, signed so that a library of Standard Webhooks accepts it', async () => {
    const hook = await make();
    await rename('Renamed');
    await run(hook);
    expect(received()).toHaveLength(1);
    const [{ body, headers, path }] = received() as [(typeof at.receiver.received)[0]];
    const [event] = await fixtures.database.sql('SELECT id, payload FROM event WHERE tenant_id = $1 AND type = $2', [
      at.tenant.id,
      'tenant.renamed',
    ]);
    expect([headers['webhook-id'], body, path]).toEqual([event!.id, event!.payload, '/hook']);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    const verified = new Webhook(hook.secret).verify(body, headers as Record<string, string>);
    expect(verified).toMatchObject({ id: event!.id, type: 'tenant.renamed', data: { name: 'Renamed' } });
    expect(await deliveries(hook)).toMatchObject([
      { kind: 'EVENT', type: 'tenant.renamed', status: 'DELIVERED', tries: 1, statusCode: 204, failure: null, nextTryAt: null },
    ]);
  });

  test('E2: is sent again at once, as the same try, where the receiver closes a connection that it had kept', async () => {
    const hook = await make();
    for (const name of ['a', 'b', 'c']) await rename(name);
    let requests = 0;
    at.receiver.answer = response => {
      requests += 1;
      if (requests === 2) response.destroy();
      else response.writeHead(204).end();
    };
    await run(hook);
    expect(events().map(({ data }) => data.name)).toEqual(['a', 'b', 'b', 'c']);
    expect(received()[1]!.id).toBe(received()[2]!.id);
    expect((await deliveries(hook)).map(({ status, tries }) => [status, tries])).toEqual(Array(3).fill(['DELIVERED', 1]));
  });

  test('E2: is sent once, whatever runs at the same time', async () => {
    const hook = await make();
    for (const name of ['a', 'b', 'c']) await rename(name);
    await Promise.all([run(hook), run(hook), run(hook)]);
    await run(hook);
    expect(events().map(({ data }) => data.name)).toEqual(['a', 'b', 'c']);
  });

  test('E2: is not sent if it is of another type, or happened before the webhook', async () => {
    await rename('Before');
    await fixtures.database.sql('SELECT crossing_number_events(500)');
    const hook = await make({ types: ['DATASET_CREATED'] });
    await rename('After');
    await run(hook);
    expect(received()).toEqual([]);
    await must(at.tenant.owner, 'createDataset', { name: 'D' });
    await run(hook);
    expect(events()).toMatchObject([{ type: 'dataset.created' }]);
  });

  test('E2: waits for an earlier one of its subject, and not for those of others', async () => {
    const hook = await make();
    const dataset = async (name: string) => (await must(at.tenant.owner, 'createDataset', { name }, 'dataset { id }')).dataset.id;
    const [first, second] = [await dataset('first'), await dataset('second')];
    await run(hook);
    received().length = 0;
    const update = (datasetId: string, name: string) => must(at.tenant.owner, 'updateDataset', { datasetId, name });
    at.receiver.answer = (response, { body }) => void response.writeHead(body.includes('first') ? 500 : 204).end();
    for (const name of ['first 1', 'first 2']) await update(first, name);
    for (const name of ['second 1', 'second 2']) await update(second, name);
    await run(hook);
    expect(
      events()
        .map(({ data }) => data.name)
        .sort(),
    ).toEqual(['first 1', 'second 1', 'second 2']);
    received().length = 0;
    at.receiver.answer = response => void response.writeHead(204).end();
    await nextTry(hook);
    await run(hook);
    expect(events().map(({ data }) => data.name)).toEqual(['first 1', 'first 2']);
  });

  test('E2: is tried again with pauses for 72 hours and the same id; then the webhook is disabled, and owner and admins get a mail', async () => {
    const hook = await make();
    await rename('Renamed');
    at.receiver.answer = refuse;
    const began = gateway.clock.now().getTime();
    await run(hook);
    expect(await deliveries(hook)).toMatchObject([{ status: 'WAITING', tries: 1, statusCode: 500, failure: 'STATUS' }]);
    for (let tries = 2; tries <= MAX_TRIES; tries += 1) {
      await run(hook); // nothing is due yet
      expect(received()).toHaveLength(tries - 1);
      expect(await status(hook)).toBe('ACTIVE');
      await nextTry(hook);
      await run(hook);
    }
    expect(gateway.clock.now().getTime() - began).toBe(72 * 3_600_000);
    expect(new Set(received().map(({ id }) => id)).size).toBe(1);
    expect(new Set(received().map(({ headers }) => headers['webhook-timestamp'])).size).toBe(MAX_TRIES);
    expect(await status(hook)).toBe('DISABLED');
    expect((await fixtures.events(at.tenant)).at(-1)).toMatchObject({
      action: 'webhook.disable',
      by: 'system',
      after: { status: 'disabled' },
    });
    const earlier = gateway.sent.length;
    await gateway.settle();
    const mails = gateway.sent.slice(earlier).filter(({ subject }) => subject.startsWith('Webhook'));
    expect(mails.map(({ to }) => to).sort()).toEqual([at.tenant.admin.person.email, at.tenant.owner.person.email].sort());
    expect(mails[0]!.text).toContain('Hook');
    expect(mails[0]!.text).not.toContain('/hook');
    await run(hook);
    expect(received()).toHaveLength(MAX_TRIES);
  });

  test('E2: waits while the webhook is disabled or paused, and is sent when it is active again', async () => {
    const hook = await make();
    await must(at.tenant.owner, 'updateWebhook', { webhookId: hook.globalId, status: 'PAUSED' });
    await rename('While paused');
    await run(hook);
    expect(received()).toEqual([]);
    await must(at.tenant.owner, 'updateWebhook', { webhookId: hook.globalId, status: 'ACTIVE' });
    await run(hook);
    expect(events()).toMatchObject([{ data: { name: 'While paused' } }]);
  });

  test('E2: is tried at once after its URL was corrected, from the first try on', async () => {
    const hook = await make({ url: 'http://127.0.0.1:1/' });
    await rename('Renamed');
    await run(hook);
    expect(await deliveries(hook)).toMatchObject([{ status: 'WAITING', tries: 1, failure: 'UNREACHABLE', statusCode: null }]);
    await must(at.tenant.owner, 'updateWebhook', { webhookId: hook.globalId, url: at.receiver.url });
    await run(hook);
    expect(await deliveries(hook)).toMatchObject([{ status: 'DELIVERED', tries: 1, failure: null }]);
  });

  test('E2: of many to a receiver that is away, a few are tried, and then none for a while', async () => {
    const hook = await make();
    at.receiver.answer = refuse;
    for (let i = 0; i < 30; i += 1) await must(at.tenant.owner, 'createDataset', { name: `${i}` });
    await run(hook);
    expect(received().length).toBeLessThanOrEqual(8);
    await run(hook);
    expect(received().length).toBeLessThanOrEqual(8);
    at.receiver.answer = response => void response.writeHead(204).end();
    while (await nextTry(hook)) await run(hook);
    const ids = new Set(received().map(({ id }) => id));
    expect(ids.size).toBe(30);
    expect((await deliveries(hook)).every(({ status: its }) => its === 'DELIVERED')).toBe(true);
  });
});

describe('the secrets of a webhook', () => {
  test('E2: both sign during the overlap of a rotation, and the new one alone afterwards', async () => {
    const hook = await make();
    const { secret } = await must(at.tenant.owner, 'rotateWebhookSecret', { webhookId: hook.globalId, overlapMinutes: 60 }, 'secret');
    const verifies = (text: string, { body, headers, id }: (typeof at.receiver.received)[0]) => {
      const moment = new Date(Number(headers['webhook-timestamp']) * 1_000);
      return String(headers['webhook-signature'])
        .split(' ')
        .includes(new Webhook(text).sign(id, moment, body));
    };
    await rename('During');
    await run(hook);
    gateway.clock.advance({ minutes: 60 });
    await rename('After');
    await run(hook);
    const [during, after] = received() as [(typeof at.receiver.received)[0], (typeof at.receiver.received)[0]];
    expect([verifies(hook.secret, during), verifies(secret, during)]).toEqual([true, true]);
    expect([verifies(hook.secret, after), verifies(secret, after)]).toEqual([false, true]);
  });
});

describe('what members have sent', () => {
  test('E2: a test goes to a paused webhook too, and is tried once', async () => {
    const hook = await make();
    await must(at.tenant.owner, 'updateWebhook', { webhookId: hook.globalId, status: 'PAUSED' });
    await must(at.tenant.owner, 'testWebhook', { webhookId: hook.globalId });
    await run(hook);
    expect(events()).toMatchObject([{ type: 'webhook.test', subject: { type: 'Webhook', id: hook.globalId }, data: {} }]);
    at.receiver.answer = refuse;
    await must(at.tenant.owner, 'testWebhook', { webhookId: hook.globalId });
    await run(hook);
    gateway.clock.advance({ days: 4 });
    await run(hook);
    expect(received()).toHaveLength(2);
    expect(await deliveries(hook)).toMatchObject([
      { kind: 'TEST', status: 'DELIVERED', tries: 1 },
      { kind: 'TEST', status: 'FAILED', tries: 1, statusCode: 500 },
    ]);
    expect(await status(hook)).toBe('PAUSED');
  });

  test('E2: an event that is sent again has the same id and body, and waits for nothing', async () => {
    const hook = await make();
    await rename('First');
    await run(hook);
    at.receiver.answer = refuse;
    await rename('Second');
    await run(hook);
    at.receiver.answer = response => void response.writeHead(204).end();
    const eventId = received()[0]!.id;
    await must(at.tenant.owner, 'redeliverWebhookEvent', { webhookId: hook.globalId, eventId });
    await run(hook);
    const [first, , again] = received();
    expect([again!.id, again!.body]).toEqual([first!.id, first!.body]);
    expect((await deliveries(hook)).map(({ kind, status: its }) => [kind, its])).toEqual([
      ['EVENT', 'DELIVERED'],
      ['EVENT', 'WAITING'],
      ['REDELIVERY', 'DELIVERED'],
    ]);
  });
});
