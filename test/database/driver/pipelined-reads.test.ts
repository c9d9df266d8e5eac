import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { bindingPrelude } from '../../../src/database/tenancy/binding.ts';
import { useDatabase } from '../../support/database.ts';

/**
 * Reads that share connections: each with its own binding and transaction, and none behind a slow
 * one.
 */
const database = useDatabase();
let pool: ConnectionPool;

const idOf = (number: number) => `00000000-0000-7000-8000-${number.toString().padStart(12, '0')}`;
const WHO = "concat_ws('/', app_tenant(), app_person(), $1::text, pg_backend_pid(), txid_current())";

async function read(number: number, text = `SELECT ${WHO}`, values: readonly unknown[] = [`${number}`]): Promise<string> {
  const binding = { tenantId: idOf(number), personId: number % 2 ? idOf(number + 1) : null };
  const { rows } = await pool.read({ text, values }, { prelude: bindingPrelude(binding), quick: true });
  return rows[0]!;
}

/** A connection that holds a lock until it ends. */
async function holding(lock: number) {
  const holder = new pg.Client({ connectionString: database.adminUrl });
  await holder.connect();
  await holder.query('SELECT pg_advisory_lock($1)', [lock]);
  return holder;
}

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

describe.each([
  ['with names', true],
  ['without', false],
])('%s', (_how, naming) => {
  beforeAll(() => {
    pool = new ConnectionPool({ connectionString: database.runtimeUrl, max: 10, naming });
  });
  afterAll(() => pool.end());

  test('T6: each has its own binding and transaction, on a few connections', async () => {
    const answers = (await Promise.all(numbers(100).map(number => read(number)))).map(answer => answer.split('/'));
    const expected = numbers(100).map(number => [idOf(number), ...(number % 2 ? [idOf(number + 1)] : []), `${number}`]);
    expect(answers.map(parts => parts.slice(0, -2))).toEqual(expected);
    expect(new Set(answers.map(parts => parts.at(-1))).size).toBe(100);
    const connections = new Set(answers.map(parts => parts.at(-2))).size;
    expect(connections).toBeGreaterThan(1);
    expect(connections).toBeLessThanOrEqual(10);
    // some connections were still opening when all reads were done
    await expect.poll(() => pool.totalCount - pool.idleCount).toBe(0);
  });

  test('T6: no binding is left for the next statement', async () => {
    await Promise.all(numbers(20).map(number => read(number)));
    const { rows } = await pool.read({ text: `SELECT ${WHO}`, values: ['x'] });
    expect(rows[0]).toMatch(/^x\/\d+\/\d+$/);
  });

  test('one whose rows can not be parsed fails, and keeps its connection', async () => {
    const unreadable = () => {
      throw new Error('unreadable');
    };
    const asked = pool.read({ text: 'SELECT 1', values: [], types: { getTypeParser: () => unreadable } });
    await expect(asked).rejects.toThrow('unreadable');
    expect(pool.idleCount).toBe(pool.totalCount);
    expect(await read(1)).toMatch(/^0/);
  });

  test('one that fails fails alone, with its own error', async () => {
    const failing = (number: number) => read(number, "SELECT (1 / length(repeat('x', $1::int)))::text", [number % 3]);
    const outcomes = await Promise.allSettled(numbers(30).flatMap(number => [failing(number), read(number)]));
    for (const [at, number] of numbers(30).entries()) {
      const [first, second] = outcomes.slice(at * 2);
      if (number % 3) expect(first).toMatchObject({ status: 'fulfilled' });
      else expect(first).toMatchObject({ status: 'rejected', reason: { message: 'division by zero' } });
      expect(second).toMatchObject({ status: 'fulfilled', value: expect.stringMatching(new RegExp(`^${idOf(number)}/`)) });
    }
    expect(pool.idleCount).toBe(pool.totalCount);
  });
});

describe('no read waits', () => {
  beforeAll(() => {
    pool = new ConnectionPool({ connectionString: database.runtimeUrl, max: 3 });
  });
  afterAll(() => pool.end());

  test('behind a slow read', async () => {
    const holder = await holding(7);
    const slow = read(1, 'SELECT pg_advisory_xact_lock(7)::text || $1', ['']);
    await new Promise(resolve => setTimeout(resolve, 200));
    await Promise.all(numbers(50).map(number => read(number)));
    await holder.end();
    expect(await slow).toBe('');
  });

  test('for ever for a connection while other reads go on', async () => {
    let [isOver, answered] = [false, 0];
    const readers = numbers(30).map(async number => {
      while (!isOver) {
        // one after the other, so that there is always another
        await read(number, 'SELECT concat(pg_sleep(0.001), $1::text)');
        answered += 1;
      }
    });
    await expect.poll(() => answered).toBeGreaterThan(100);
    const client = await pool.acquire();
    isOver = true;
    pool.release(client);
    await Promise.all(readers);
  });
});

test('a connection that breaks fails the reads in flight on it, and no others', async () => {
  pool = new ConnectionPool({ connectionString: database.runtimeUrl, max: 3 });
  const holder = await holding(8);
  const stuck = numbers(6).map(number => read(number, 'SELECT pg_advisory_xact_lock(8)::text || $1', ['']));
  const failures = Promise.allSettled(stuck);
  const waiting = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'";
  await expect.poll(async () => (await holder.query(waiting)).rowCount).toBeGreaterThan(0);
  await expect
    .poll(async () => {
      await holder.query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) w`);
      return Promise.race([failures.then(() => 'over'), new Promise(resolve => setTimeout(resolve, 20, 'stuck'))]);
    })
    .toBe('over');
  for (const outcome of await failures) expect(outcome.status).toBe('rejected');
  await holder.end();
  expect(await Promise.all(numbers(20).map(number => read(number)))).toHaveLength(20);
  await pool.end();
});

test('all fail where there is no database', async () => {
  pool = new ConnectionPool({ connectionString: Object.assign(new URL(database.runtimeUrl), { port: '1' }).href, max: 2 });
  for (const outcome of await Promise.allSettled(numbers(20).map(number => read(number)))) expect(outcome.status).toBe('rejected');
  await pool.end();
});
