import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { useDatabase } from '../../support/database.ts';

/** Connections go from one who is done to the next who waits. */
const database = useDatabase();
let pool: ConnectionPool;
const open = (options: { max?: number; connectionTimeoutMillis?: number; naming?: boolean } = {}) => {
  pool = new ConnectionPool({ connectionString: database.runtimeUrl, max: 1, ...options });
  pool.on('error', () => {});
};
beforeEach(() => open());
afterEach(async () => {
  await expect.poll(() => pool.totalCount - pool.idleCount).toBe(0);
  await pool.end();
});

const pidOf = async (client: pg.PoolClient) => (await client.query('SELECT pg_backend_pid() AS pid')).rows[0].pid as number;
const kill = async (pid: number) => {
  await database.sql('SELECT pg_terminate_backend($1)', [pid]);
  const alive = () => database.sql('SELECT FROM pg_stat_activity WHERE pid = $1', [pid]);
  await expect.poll(alive).toEqual([]);
};

test('whoever came first is first, and the pool hears of none of it', async () => {
  let released = 0;
  pool.on('release', () => {
    released += 1;
  });
  const first = await pool.acquire();
  const order: number[] = [];
  const waiting = Array.from({ length: 5 }, async (_, at) => {
    const client = await pool.acquire();
    order.push(at);
    expect(client).toBe(first);
    await sleep(1);
    pool.release(client);
  });
  expect([pool.waitingCount, released]).toEqual([1, 0]);
  pool.release(first);
  await Promise.all(waiting);
  expect(order).toEqual([0, 1, 2, 3, 4]);
  // the last one's, and that of whom the pool was asked for on behalf of all
  await expect.poll(() => released).toBe(2);
  expect(pool.totalCount).toBe(1);
});

test('as many as the pool has are had at once', async () => {
  await pool.end();
  open({ max: 3 });
  const clients = await Promise.all([pool.acquire(), pool.acquire(), pool.acquire()]);
  expect(new Set(clients).size).toBe(3);
  for (const client of clients) pool.release(client);
});

test('one that is broken goes to nobody', async () => {
  const client = await pool.acquire();
  const pid = await pidOf(client);
  const next = pool.acquire();
  pool.release(client, new Error('broken'));
  expect(await pidOf(await next)).not.toBe(pid);
  pool.release(await next);
});

test('one that has ended unnoticed goes to nobody', async () => {
  const client = await pool.acquire();
  const pid = await pidOf(client);
  const next = pool.acquire();
  await kill(pid);
  await expect.poll(() => client.isOpen).toBe(false);
  pool.release(client);
  expect(await pidOf(await next)).not.toBe(pid);
  pool.release(await next);
});

test('it is as good as new: whether statements have names is the pool’s to say', async () => {
  await pool.end();
  open({ naming: true });
  const client = await pool.acquire();
  const next = pool.acquire();
  client.naming = false;
  pool.release(client);
  expect((await next).naming).toBe(true);
  pool.release(await next);
});

test('who waits in the pool’s own queue, as Prisma does, isn’t overtaken for ever', async () => {
  const client = await pool.acquire();
  let isOver = false;
  const others = Array.from({ length: 5 }, async () => {
    while (!isOver) {
      const lent = await pool.acquire();
      await lent.query('SELECT 1');
      pool.release(lent);
    }
  });
  const prismas = pool.connect();
  pool.release(client);
  (await prismas).release();
  isOver = true;
  await Promise.all(others);
});

test('who waits too long is told so, each in their own time', async () => {
  await pool.end();
  open({ connectionTimeoutMillis: 1_000 });
  const client = await pool.acquire();
  const order: string[] = [];
  const waiting = (name: string) => pool.acquire().catch(({ message }: Error) => order.push(`${name}: ${message}`));
  const early = [waiting('first'), waiting('second')];
  await sleep(500);
  const late = waiting('third');
  await Promise.all([...early, sleep(700).then(() => order.push('a while'))]);
  await late;
  const told = 'timeout exceeded when trying to connect';
  expect(order).toEqual([`first: ${told}`, `second: ${told}`, 'a while', `third: ${told}`]);
  pool.release(client);
});

test('who is not reached by the time that another would have waited too long waits on', async () => {
  await pool.end();
  open({ connectionTimeoutMillis: 2_500 });
  const client = await pool.acquire();
  const before = pool.acquire();
  await sleep(1_500);
  const behind = pool.acquire();
  pool.release(client);
  await sleep(1_500); // the pool has been asked for longer than it may take
  pool.release(await before);
  expect(await behind).toBe(client);
  pool.release(client);
});

test('all are told where there is no database', async () => {
  await pool.end();
  pool = new ConnectionPool({ connectionString: Object.assign(new URL(database.runtimeUrl), { port: '1' }).href, max: 2 });
  for (const { status } of await Promise.allSettled(Array.from({ length: 10 }, () => pool.acquire()))) expect(status).toBe('rejected');
});
