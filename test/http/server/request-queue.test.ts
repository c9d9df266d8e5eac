import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type queueLimits, RequestQueue } from '../../../src/http/server/request-queue.ts';

const clients: EventEmitter[] = [];
function client(): ServerResponse {
  clients.push(new EventEmitter());
  return clients.at(-1) as ServerResponse;
}
// Those who still wait leave, so that no timer is left.
afterEach(() => {
  for (const each of clients.splice(0)) each.emit('close');
});

/** A queue, and requests whose names are noted when they start. */
function scene(limits: Partial<ReturnType<typeof queueLimits>> = {}) {
  const queue = new RequestQueue({ running: 4, runningOfOne: 2, waiting: 6, waitingOfOne: 4, ...limits });
  const started: string[] = [];
  const enter = (owner: string, name = owner, response = client()) => {
    const turn = queue.enter(owner, response);
    if (!turn) started.push(name);
    const entered = (turn ?? Promise.resolve()).then(() => void (turn && started.push(name)));
    entered.catch(() => {}); // Not every test waits for every request.
    return entered;
  };
  const settled = () => new Promise(resolve => setImmediate(resolve));
  return { queue, started, enter, settled };
}

describe('G7: the queue in front of the pool', () => {
  test('lets one tenant have only some of its requests executed at once, and others in', () => {
    const { queue, started, enter } = scene();
    for (const owner of ['flood', 'flood', 'flood', 'other']) void enter(owner);
    expect([started, queue.waiting]).toEqual([['flood', 'flood', 'other'], 1]);
  });

  test('gives turns tenant by tenant, whichever came first, and to each in its order', async () => {
    const { queue, started, enter, settled } = scene({ running: 2 });
    for (const name of ['f1', 'f2', 'f3', 'f4', 'f5']) void enter('flood', name);
    for (const name of ['b1', 'b2']) void enter('b', name);
    void enter('c', 'c1');
    for (const owner of ['flood', 'flood', 'flood', 'b', 'c', 'flood', 'b', 'flood']) {
      queue.leave(owner);
      await settled();
    }
    expect(started).toEqual(['f1', 'f2', 'f3', 'b1', 'c1', 'f4', 'b2', 'f5']);
    expect(queue.waiting).toBe(0);
  });

  test('says that it is overloaded when no more can wait, until half of the places are free', async () => {
    const { queue, enter, settled } = scene({ running: 1, runningOfOne: 1, waiting: 4, waitingOfOne: 2 });
    const states: [waiting: number, isOverloaded: boolean][] = [];
    const note = () => void states.push([queue.waiting, queue.isOverloaded]);
    for (const owner of ['a', 'b', 'c', 'b']) void enter(owner);
    note();
    void enter('c');
    note();
    for (const owner of ['a', 'b', 'c']) {
      queue.leave(owner);
      await settled();
      note();
    }
    expect(states).toEqual([
      [3, false],
      [4, true],
      [3, true],
      [2, false],
      [1, false],
    ]);
  });

  test('passes over a tenant that has as many executed as it may', async () => {
    const { queue, started, enter, settled } = scene({ running: 3 });
    for (const name of ['f1', 'f2', 'f3', 'f4']) void enter('flood', name);
    for (const name of ['b1', 'b2']) void enter('b', name);
    queue.leave('b');
    await settled();
    expect(started).toEqual(['f1', 'f2', 'b1', 'b2']);
    queue.leave('flood');
    await settled();
    expect(started.at(-1)).toBe('f3');
  });

  test('refuses more than may wait, of one tenant and of all', () => {
    const { queue, enter } = scene({ running: 1, runningOfOne: 1 });
    for (const owner of ['a', 'a', 'a', 'a', 'a']) void enter(owner);
    expect(() => queue.enter('a', client())).toThrow(expect.objectContaining({ code: 'OVERLOADED' }));
    void enter('b');
    void enter('c');
    expect(() => queue.enter('d', client())).toThrow(expect.objectContaining({ code: 'OVERLOADED' }));
    expect([queue.waiting, queue.counts.refused]).toEqual([6, 2]);
  });

  test('forgets a request whose client leaves, or that waits too long', async () => {
    vi.useFakeTimers();
    try {
      const { queue, started, enter } = scene({ running: 1, runningOfOne: 1 });
      const response = client();
      void enter('a', 'a1');
      const left = enter('a', 'a2', response);
      const late = enter('b', 'b1');
      response.emit('close');
      await expect(left).rejects.toMatchObject({ code: 'OVERLOADED' });
      vi.advanceTimersByTime(15_000);
      await expect(late).rejects.toMatchObject({ code: 'OVERLOADED' });
      expect([queue.waiting, queue.counts.refused]).toEqual([0, 2]);
      queue.leave('a');
      await enter('c');
      expect(started).toEqual(['a1', 'c']);
    } finally {
      vi.useRealTimers();
    }
  });
});
