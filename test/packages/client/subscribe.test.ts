import { beforeEach, describe, expect, test } from 'vitest';
import { Client, RequestError, type SubscriptionEvent } from '../../../packages/client/src/index.ts';
import { collect } from './collect.ts';
import { COMPLETE, next, useEventServer } from './event-server.ts';

const server = useEventServer();
const DOCUMENT = 'subscription Events { events { type } }';
const error = (code: string, more = {}) => ({ errors: [{ message: `It is ${code}.`, extensions: { code, ...more } }] });
/** A result without an id that says why the stream ends. */
const ending = (code: string) => `event: next\ndata: ${JSON.stringify(error(code))}\n\n`;
const event = (type: string) => ({ data: { events: { type } } });
let tokens: (string | null)[];

beforeEach(() => {
  server.scripts.length = 0;
  server.connections.length = 0;
  tokens = [];
});

/** Reads each byte of a response alone: events, and characters, arrive in pieces. */
const bytewise = async (url: string, init: RequestInit) => {
  const response = await fetch(url, init);
  const bytes = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      for (const byte of chunk) controller.enqueue(Uint8Array.of(byte));
    },
  });
  return new Response(response.body!.pipeThrough(bytes), response);
};

/** A client whose n-th new token is `token n`. */
const client = () =>
  new Client({
    url: server.url,
    fetch: bytewise,
    retry: { firstPause: 5, maxPause: 20 },
    token: refused => {
      tokens.push(refused);
      return refused === null ? 'token 1' : `token ${Number(refused.slice(6)) + 1}`;
    },
  });

type Event = SubscriptionEvent<{ events: { type: string } }>;
const all = (options = {}) => collect(client().subscribe<{ events: { type: string } }>(DOCUMENT, {}, options));
const typesOf = (events: readonly Event[]) => events.map(each => (each.kind === 'next' ? each.data?.events.type : each.kind));
const resumedFrom = () => server.connections.map(({ headers }) => headers['last-event-id']);

describe('a subscription', () => {
  test('yields its events until it is complete', async () => {
    server.scripts.push({
      send: [': connected\n\n', next('1', event('tenant.renamed — ü')), next('2', event('b')), COMPLETE],
      ending: 'end',
    });
    expect(await all()).toEqual([
      { kind: 'resync' },
      { kind: 'next', id: '1', data: { events: { type: 'tenant.renamed — ü' } }, errors: [], requestId: null },
      { kind: 'next', id: '2', data: { events: { type: 'b' } }, errors: [], requestId: null },
    ]);
    expect(server.connections).toHaveLength(1);
    expect(server.connections[0]!.headers).toMatchObject({ accept: 'text/event-stream', authorization: 'Bearer token 1' });
    expect(JSON.parse(server.connections[0]!.body)).toEqual({ query: DOCUMENT, variables: {} });
  });

  test.each(['end', 'cut'] as const)('goes on behind the last event when the connection is lost (%s)', async ending => {
    server.scripts.push({ send: [next('1', event('a')), next('2', event('b'))], ending });
    server.scripts.push({ send: ['event: next\ndata: {"data": {"eve'], ending });
    server.scripts.push({ status: 503, body: error('UNAVAILABLE') });
    server.scripts.push({ send: [next('3', event('c')), COMPLETE], ending: 'end' });
    expect(typesOf(await all())).toEqual(['resync', 'a', 'b', 'c']);
    expect(resumedFrom()).toEqual([undefined, '2', '2', '2']);
  });

  test('may begin behind an event that was received earlier', async () => {
    await all({ lastEventId: '41' });
    expect(resumedFrom()).toEqual(['41']);
  });

  test('is opened again when not even heartbeats arrive', async () => {
    server.scripts.push({ send: [next('1', event('a')), ': heartbeat\n\n'], ending: 'stay' });
    expect(typesOf(await all({ idle: 3_000 }))).toEqual(['resync', 'a']);
    expect(resumedFrom()).toEqual([undefined, '1']);
    await expect.poll(() => server.connections[0]!.isOpen).toBe(false);
  });

  test('waits as long as the server asks to', async () => {
    server.scripts.push({ send: ['retry: 1\n\n', next('1', event('a'))], ending: 'end' });
    const start = performance.now();
    const patient = new Client({ url: server.url, retry: { firstPause: 6_000_000, maxPause: 6_000_000 } });
    expect(await collect(patient.subscribe(DOCUMENT))).toHaveLength(2);
    expect(performance.now() - start).toBeLessThan(60_000);
  });

  test('says when events are no longer kept, and goes on with new ones', async () => {
    server.scripts.push({ send: [next('7', event('a'))], ending: 'cut' });
    server.scripts.push({ send: [ending('RESYNC'), COMPLETE], ending: 'end' });
    server.scripts.push({ send: [next('90', event('b')), COMPLETE], ending: 'end' });
    expect(typesOf(await all())).toEqual(['resync', 'a', 'resync', 'b']);
    expect(resumedFrom()).toEqual([undefined, '7', undefined]);
  });

  test('says when a connection is lost before the first event, so that there is nothing to resume after', async () => {
    server.scripts.push({ send: ['retry: 5\n\n'], ending: 'end' });
    expect(typesOf(await all())).toEqual(['resync', 'resync']);
    expect(resumedFrom()).toEqual([undefined, undefined]);
  });

  test('ends with RESYNC if that is the answer without an id as well', async () => {
    for (let times = 0; times < 3; times += 1) server.scripts.push({ send: [ending('RESYNC'), COMPLETE], ending: 'end' });
    await expect(all({ lastEventId: '7' })).rejects.toMatchObject({ code: 'RESYNC' });
    expect(resumedFrom()).toEqual(['7', undefined]);
  });

  test('has the refusals of each event', async () => {
    const refused = error('FORBIDDEN', { because: 'ROLE', permission: 'audit:read' }).errors[0];
    server.scripts.push({
      send: [next('1', { data: { events: null }, errors: [{ ...refused, path: ['events'] }] }), COMPLETE],
      ending: 'end',
    });
    expect(await all()).toMatchObject([
      { kind: 'resync' },
      { kind: 'next', data: { events: null }, errors: [{ kind: 'refusal', because: 'ROLE' }] },
    ]);
  });

  test('ends when its reader leaves, and closes the connection', async () => {
    server.scripts.push({ send: [next('1', event('a'))], ending: 'stay' });
    for await (const _ of client().subscribe(DOCUMENT)) break;
    await expect.poll(() => server.connections[0]!.isOpen).toBe(false);
    expect(server.connections).toHaveLength(1);
  });

  test('closes the connection also when its reader leaves before the first event', async () => {
    server.scripts.push({ send: [], ending: 'stay' });
    for await (const event of client().subscribe(DOCUMENT)) {
      expect(event).toEqual({ kind: 'resync' });
      break;
    }
    await expect.poll(() => server.connections[0]!.isOpen).toBe(false);
  });

  test('rejects with the reason of its signal', async () => {
    server.scripts.push({ send: [next('1', event('a'))], ending: 'stay' });
    const leaving = new AbortController();
    const read = async () => {
      for await (const event of client().subscribe(DOCUMENT, {}, { signal: leaving.signal })) {
        if (event.kind === 'next') leaving.abort(new Error('left'));
      }
    };
    await expect(read()).rejects.toThrow('left');
    await expect.poll(() => server.connections[0]!.isOpen).toBe(false);
  });
});

describe('a token', () => {
  test('that expired during a subscription is asked for anew, and no event is lost', async () => {
    server.scripts.push({ send: [next('1', event('a')), ending('UNAUTHENTICATED'), COMPLETE], ending: 'end' });
    server.scripts.push({ send: [next('2', event('b')), COMPLETE], ending: 'end' });
    expect(typesOf(await all())).toEqual(['resync', 'a', 'b']);
    expect(resumedFrom()).toEqual([undefined, '1']);
    expect(server.connections.map(({ headers }) => headers.authorization)).toEqual(['Bearer token 1', 'Bearer token 2']);
    expect(tokens).toEqual([null, 'token 1']);
  });

  test('may expire again and again', async () => {
    for (const id of ['1', '2', '3'])
      server.scripts.push({ send: [next(id, event(id)), ending('UNAUTHENTICATED'), COMPLETE], ending: 'end' });
    expect(typesOf(await all())).toEqual(['resync', '1', '2', '3']);
    expect(tokens).toEqual([null, 'token 1', 'token 2', 'token 3']);
  });

  test('that is refused again ends the subscription', async () => {
    for (let times = 0; times < 3; times += 1) server.scripts.push({ status: 401, body: error('UNAUTHENTICATED') });
    await expect(all()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 });
    expect(server.connections).toHaveLength(2);
  });

  test('that can’t be renewed ends it at once', async () => {
    server.scripts.push({ status: 401, body: error('UNAUTHENTICATED') });
    const fixed = new Client({ url: server.url, token: 'ipto_wrong' });
    await expect(collect(fixed.subscribe(DOCUMENT))).rejects.toThrow(RequestError);
    expect(server.connections).toHaveLength(1);
  });
});

describe('an error that stays', () => {
  test.each([
    ['before the stream', { status: 403, body: error('TENANT_STATUS') }],
    ['in the stream', { send: [ending('TENANT_STATUS'), COMPLETE], ending: 'end' }],
  ] as const)('ends a subscription: %s', async (_, script) => {
    server.scripts.push(script);
    await expect(all()).rejects.toMatchObject({ name: 'RequestError', code: 'TENANT_STATUS' });
    expect(server.connections).toHaveLength(1);
  });

  test('such as a response that is no stream ends it too', async () => {
    server.scripts.push({ status: 200, body: { data: {} } });
    await expect(all()).rejects.toMatchObject({ code: 'INVALID_RESPONSE' });
  });
});
