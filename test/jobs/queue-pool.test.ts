import { afterAll, expect, test } from 'vitest';
import { QueuePool } from '../../src/jobs/queue-pool.ts';
import { useDatabase } from '../support/database.ts';

const database = useDatabase();
const pools: QueuePool[] = [];
afterAll(() => Promise.all(pools.map(pool => pool.end())));

test('a connection that is released twice, as by graphile-worker, goes back once', async () => {
  const pool = new QueuePool({ connectionString: database.runtimeUrl, max: 1 });
  pools.push(pool);
  const released = await new Promise<() => void>((resolve, reject) =>
    pool.connect((error, _client, release) => (error ? reject(error) : resolve(release))),
  );
  released();
  const next = await pool.connect();
  expect(() => released()).not.toThrow();
  // The next one still has it.
  expect([pool.totalCount, pool.idleCount]).toEqual([1, 0]);
  next.release();
  expect(pool.idleCount).toBe(1);
});
