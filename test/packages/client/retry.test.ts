import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { Client } from '../../../packages/client/src/index.ts';
import { type Deal, entitledObject, useTrade } from '../../support/trade.ts';
import { useBreakingProxy } from './breaking-proxy.ts';

const trade = useTrade();
const proxy = useBreakingProxy(trade.gateway);
let deal: Deal;
let client: Client;

const QUERY = '{ tenant { name } }';
const RETRIEVE = 'mutation Retrieve($input: RetrieveObjectInput!) { retrieveObject(input: $input) { retrieval { id name } } }';
const UNAVAILABLE = { errors: [{ message: 'The service is stopping.', extensions: { code: 'UNAVAILABLE' } }] };
const unavailable = (headers = {}) => ({ status: 503, body: JSON.stringify(UNAVAILABLE), headers });
const keysOf = () => proxy.seen.map(({ headers }) => headers['idempotency-key']);
const quick = { firstPause: 5, maxPause: 20 };

beforeEach(async () => {
  deal = await trade.deal();
  client = new Client({ url: proxy.url, token: deal.buyer.owner.token, tenant: deal.buyer.tenant.id, retry: quick });
  proxy.seen.length = 0;
});

const input = () => ({ entitlementId: deal.entitlementId, objectId: entitledObject(deal) });
const usage = async () => (await trade.read(deal.buyer.owner, 'usage { total: monthly { used } }')).usage.total.used;

describe('a mutation', () => {
  test('M3: whose response was lost is retried with its key, and charged once', async () => {
    proxy.faults.push('lose', 'lose');
    const { retrieveObject } = await client.data<{ retrieveObject: { retrieval: { name: string } } }>(RETRIEVE, { input: input() });
    expect(retrieveObject.retrieval.name).toBe('data-1.csv');
    expect(proxy.seen.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(keysOf())).toEqual(new Set([expect.stringMatching(/^[\da-f-]{36}$/)]));
    expect(await usage()).toBe(1);
  });

  test('has another key when it is sent again by its caller, and is charged again', async () => {
    for (let times = 0; times < 2; times += 1) await client.data(RETRIEVE, { input: input() });
    expect(new Set(keysOf()).size).toBe(2);
    expect(await usage()).toBe(2);
  });

  test('may be given its key, which survives a restart of the caller', async () => {
    const idempotencyKey = randomUUID();
    for (let starts = 0; starts < 2; starts += 1) await client.data(RETRIEVE, { input: input() }, { idempotencyKey });
    expect(keysOf()).toEqual([idempotencyKey, idempotencyKey]);
    expect(await usage()).toBe(1);
  });
});

describe('a query', () => {
  test('has no key, and is retried as well', async () => {
    proxy.faults.push('lose', { status: 502, body: 'Bad gateway' }, unavailable());
    await client.data(QUERY);
    expect(keysOf()).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('with a field that is UNAVAILABLE is retried', async () => {
    const body = JSON.stringify({ data: { tenant: null }, ...UNAVAILABLE });
    proxy.faults.push({ status: 200, body });
    expect(await client.data(QUERY)).toEqual({ tenant: { name: deal.buyer.tenant.name } });
  });

  test('is sent five times at most', async () => {
    for (let times = 0; times < 9; times += 1) proxy.faults.push(unavailable());
    await expect(client.request(QUERY)).rejects.toMatchObject({ code: 'UNAVAILABLE', status: 503, isRetryable: true });
    expect(proxy.seen).toHaveLength(5);
    proxy.faults.length = 0;
  });

  test.each(['1', new Date(Date.now() + 3_000).toUTCString()])('is not sent before Retry-After (%s)', async value => {
    proxy.faults.push(unavailable({ 'retry-after': value }));
    const start = Date.now();
    await client.request(QUERY);
    expect(Date.now()).toBeGreaterThanOrEqual(value === '1' ? start + 1_000 : Date.parse(value));
  });

  test('is not retried if it is to wait for longer than the policy allows', async () => {
    proxy.faults.push(unavailable({ 'retry-after': '3600' }));
    await expect(client.request(QUERY)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 3600 });
    expect(proxy.seen).toHaveLength(1);
  });

  test('is not retried after an error of the gateway, which would be the same again', async () => {
    const errors = [{ message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }];
    proxy.faults.push({ status: 500, body: JSON.stringify({ errors }) });
    await expect(client.request(QUERY)).rejects.toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
    expect(proxy.seen).toHaveLength(1);
  });
});

test('a pause ends when the request is aborted', async () => {
  proxy.faults.push(unavailable({ 'retry-after': '60' }));
  const leaving = new AbortController();
  const result = client.request(QUERY, {}, { signal: leaving.signal }).catch(reason => reason);
  await expect.poll(() => proxy.seen.length).toBe(1);
  leaving.abort(new Error('left'));
  expect((await result).message).toBe('left');
});

test('a response that takes too long counts as lost', async () => {
  proxy.faults.push('hang');
  const impatient = new Client({ url: proxy.url, timeout: 50, retry: { ...quick, retries: 0 } });
  await expect(impatient.request(QUERY)).rejects.toMatchObject({ code: 'CONNECTION_FAILED', status: null, isRetryable: true });
});
