import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BasePool, type BasePoolOptions } from '../../../src/database/driver/base-pool.ts';
import type { Connection } from '../../../src/database/driver/connection.ts';
import { isUnreachable } from '../../../src/database/driver/failure.ts';
import { useDatabase } from '../../support/database.ts';

/** Which waiter gets which connection, and when connections are opened and closed. */
const database = useDatabase();
let pool: BasePool;
const open = (options: Partial<BasePoolOptions> = {}) => {
  pool = new BasePool({ connectionString: database.runtimeUrl, max: 1, ...options });
};
beforeEach(() => open());
afterEach(async () => {
  await expect.poll(() => pool.totalCount - pool.idleCount).toBe(0);
  await pool.end();
});

const pidOf = async (client: Connection) => (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid as number;
const kill = async (pid: number) => {
  await database.sql('SELECT pg_terminate_backend($1)', [pid]);
  const alive = () => database.sql('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
  await expect.poll(alive).toEqual([]);
};
const away = () => Object.assign(new URL(database.runtimeUrl), { port: '1' }).href;

describe('a connection', () => {
  test('goes to the waiter that waits longest', async () => {
    const first = await pool.acquire();
    const order: number[] = [];
    const waiting = Array.from({ length: 5 }, async (_, at) => {
      const client = await pool.acquire();
      order.push(at);
      expect(client).toBe(first);
      await sleep(1);
      pool.release(client);
    });
    expect([pool.waitingCount, pool.totalCount]).toEqual([5, 1]);
    pool.release(first);
    await Promise.all(waiting);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect([pool.totalCount, pool.idleCount, pool.waitingCount]).toEqual([1, 1, 0]);
  });

  test('is opened for each waiter, up to the maximum', async () => {
    open({ max: 3 });
    const waiting = Array.from({ length: 5 }, () => pool.acquire());
    const clients = await Promise.all(waiting.slice(0, 3));
    expect(new Set(clients).size).toBe(3);
    expect([pool.totalCount, pool.waitingCount]).toEqual([3, 2]);
    for (const client of clients) pool.release(client);
    for (const client of await Promise.all(waiting.slice(3))) pool.release(client);
    expect(pool.totalCount).toBe(3);
  });

  test('is left to other owners: one owner has four fifths of them at most, although others wait', async () => {
    open({ max: 5 });
    const ofOne = await Promise.all(Array.from({ length: 4 }, () => pool.acquire('one')));
    const order: string[] = [];
    const waiting = ['one', 'one', 'other', 'one', 'third'].map(async owner => {
      const connection = await pool.acquire(owner);
      order.push(owner);
      return connection;
    });
    const other = (await waiting[2])!;
    expect([order, pool.waitingCount]).toEqual([['other'], 4]);
    pool.release(other);
    pool.release((await waiting[4])!);
    expect([order, pool.waitingCount, pool.idleCount]).toEqual([['other', 'third'], 3, 1]);
    pool.release(ofOne[0]!);
    await waiting[0];
    expect([order, pool.waitingCount]).toEqual([['other', 'third', 'one'], 2]);
    const ended = pool.end();
    for (const connection of ofOne.slice(1)) pool.release(connection);
    for (const at of [0, 1, 3]) pool.release((await waiting[at])!);
    await ended;
  });

  test('that is broken is closed, and another one opened for the next waiter', async () => {
    const client = await pool.acquire();
    const pid = await pidOf(client);
    const next = pool.acquire();
    pool.release(client, new Error('broken'));
    expect(await pidOf(await next)).not.toBe(pid);
    expect(pool.totalCount).toBe(1);
    pool.release(await next);
  });

  test('that has ended while in use is closed, whatever its user noticed', async () => {
    const client = await pool.acquire();
    const pid = await pidOf(client);
    const next = pool.acquire();
    await kill(pid);
    await expect.poll(() => client.isOpen).toBe(false);
    pool.release(client);
    expect(await pidOf(await next)).not.toBe(pid);
    pool.release(await next);
  });

  test('that breaks while idle is reported, and replaced', async () => {
    const errors: Error[] = [];
    open({ onIdleError: error => errors.push(error) });
    const client = await pool.acquire();
    const pid = await pidOf(client);
    pool.release(client);
    await kill(pid);
    await expect.poll(() => pool.totalCount).toBe(0);
    expect(errors).toMatchObject([{ code: '57P01' }]);
    const next = await pool.acquire();
    expect(await pidOf(next)).not.toBe(pid);
    pool.release(next);
  });

  test('can not be released twice', async () => {
    const client = await pool.acquire();
    pool.release(client);
    expect(() => pool.release(client)).toThrow('a connection was released twice');
    expect(pool.idleCount).toBe(1);
  });

  test('that became idle later is closed later', async () => {
    open({ max: 2, idleTimeout: 300 });
    const [first, second] = await Promise.all([pool.acquire(), pool.acquire()]);
    pool.release(first);
    await sleep(150);
    pool.release(second);
    await expect.poll(() => first.isOpen).toBe(false);
    expect(second.isOpen).toBe(true);
    await expect.poll(() => pool.totalCount).toBe(0);
  });

  test('that is idle too long is closed, one that is used is not', async () => {
    open({ max: 2, idleTimeout: 300 });
    const [kept, unused] = await Promise.all([pool.acquire(), pool.acquire()]);
    pool.release(unused);
    for (let i = 0; i < 6; i++) {
      await sleep(100);
      pool.release(kept);
      expect(await pool.acquire()).toBe(kept);
    }
    await expect.poll(() => unused.isOpen).toBe(false);
    expect(pool.totalCount).toBe(1);
    pool.release(kept);
    await expect.poll(() => pool.totalCount).toBe(0);
  });
});

describe('a waiter', () => {
  test('that waits too long is rejected, each after its own timeout', async () => {
    open({ connectTimeout: 1_000 });
    const client = await pool.acquire();
    const order: string[] = [];
    const waiting = (name: string) => pool.acquire().catch(({ message }: Error) => order.push(`${name}: ${message}`));
    const early = [waiting('first'), waiting('second')];
    await sleep(500);
    const late = waiting('third');
    await Promise.all([...early, sleep(700).then(() => order.push('a while'))]);
    await late;
    const timeout = 'timeout exceeded when trying to connect';
    expect(order).toEqual([`first: ${timeout}`, `second: ${timeout}`, 'a while', `third: ${timeout}`]);
    expect(isUnreachable(new Error(timeout))).toBe(true);
    pool.release(client);
  });

  test('keeps waiting when the timer of an earlier one fires', async () => {
    open({ connectTimeout: 2_500 });
    const client = await pool.acquire();
    const earlier = pool.acquire();
    await sleep(1_500);
    const later = pool.acquire();
    pool.release(client);
    await sleep(1_500);
    pool.release(await earlier);
    expect(await later).toBe(client);
    pool.release(client);
  });

  test('is rejected where there is no database, all of them at once', async () => {
    open({ connectionString: away(), max: 2 });
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => pool.acquire()));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ECONNREFUSED' } });
  });

  test('is rejected where a database accepts connections and answers nothing', async () => {
    const { createServer } = await import('node:net');
    const silent = createServer(socket => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await new Promise(resolve => silent.once('listening', resolve));
    const { port } = silent.address() as { port: number };
    open({ connectionString: Object.assign(new URL(database.runtimeUrl), { hostname: '127.0.0.1', port }).href, connectTimeout: 200 });
    expect(isUnreachable(await pool.acquire().catch(error => error))).toBe(true);
    await expect.poll(() => pool.totalCount).toBe(0);
    silent.close();
  });
});

describe('the end', () => {
  test('waits for connections in use and for waiters, and refuses later ones', async () => {
    const client = await pool.acquire();
    const waiting = pool.acquire();
    let hasEnded = false;
    const end = pool.end().then(() => {
      hasEnded = true;
    });
    await expect(pool.acquire()).rejects.toThrow('the pool has been closed');
    pool.release(client);
    expect(await waiting).toBe(client);
    await sleep(50);
    expect(hasEnded).toBe(false);
    pool.release(client);
    await end;
    expect([pool.totalCount, client.isOpen]).toEqual([0, false]);
  });

  test('closes what is idle, also when it is asked for twice', async () => {
    const client = await pool.acquire();
    pool.release(client);
    const { stream } = (client as unknown as { connection: { stream: { destroyed: boolean } } }).connection;
    await Promise.all([pool.end(), pool.end()]);
    expect([pool.totalCount, stream.destroyed]).toEqual([0, true]);
  });
});
