import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { openDatabase } from '../../../src/database/index.ts';
import { noteUse } from '../../../src/database/queries/api-key.ts';
import { useKeys } from '../../support/key-fixtures.ts';
import type { MadeKey } from '../../support/keys.ts';

const { home, keys, fixtures } = useKeys();

let key: MadeKey;
beforeEach(async () => {
  key = await keys.make(home.owner, ['tenant:read', 'usage:read']);
});

const usedAt = async () => (await keys.row(key)).last_used_at as Date | null;
/** When the use was noted, which is beside the request. */
async function noted(): Promise<Date> {
  for (;;) {
    const at = await usedAt();
    if (at) return at;
    await sleep(5);
  }
}

/** Counts from here on how often a use is written. */
async function countWrites() {
  const { sql } = fixtures.database;
  const drop = () => sql('DROP TRIGGER IF EXISTS note ON api_key; DROP FUNCTION IF EXISTS note; DROP TABLE IF EXISTS noted');
  await drop(); // another test's that failed
  await sql(`CREATE TABLE noted (at timestamptz); GRANT INSERT ON noted TO PUBLIC;
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.noted VALUES (NEW.last_used_at); RETURN NEW; END';
    CREATE TRIGGER note AFTER UPDATE OF last_used_at ON api_key FOR EACH ROW EXECUTE FUNCTION note()`);
  return {
    writes: async () => (await sql<{ writes: number }>('SELECT count(*)::int AS writes FROM noted'))[0]!.writes,
    drop,
  };
}
/** How many sessions are at writing a use, in a state. */
const noting = async (state: string): Promise<number> =>
  (
    await fixtures.database.sql<{ many: number }>(
      `SELECT count(*)::int AS many FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^\\s*UPDATE api_key SET last_used_at' AND ${state}`,
    )
  )[0]!.many;

describe('the time of the last use of a key', () => {
  test('K1: is stored at the first use, and then at most once a minute', async () => {
    const { clock } = fixtures.gateway;
    const first = clock.now();
    await keys.ask(key.secret);
    expect(await noted()).toEqual(first);
    clock.set(new Date(first.getTime() + 59_999));
    await Promise.all(Array.from({ length: 20 }, () => keys.ask(key.secret)));
    await sleep(100);
    expect(await usedAt()).toEqual(first);
    clock.set(new Date(first.getTime() + 60_000));
    await Promise.all(Array.from({ length: 20 }, () => keys.ask(key.secret)));
    await expect.poll(usedAt).toEqual(clock.now());
  });

  test('K1: many concurrent uses write once', async () => {
    const { clock } = fixtures.gateway;
    const counter = await countWrites();
    await Promise.all(Array.from({ length: 50 }, () => keys.ask(key.secret)));
    expect(await noted()).toEqual(clock.now());
    await sleep(100);
    expect(await counter.writes()).toBe(1);
    await counter.drop();
  });

  test('K1: is stored for two keys at once', async () => {
    const other = await keys.make(home.owner, ['tenant:read']);
    // Neither is written before both are in use.
    const holder = new pg.Client({ connectionString: fixtures.database.adminUrl });
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM api_key WHERE id IN ($1, $2) FOR UPDATE', [key.row, other.row]);
    for (const { secret } of [key, other]) expect((await keys.ask(secret)).errors).toEqual([]);
    await expect.poll(() => noting("wait_event_type = 'Lock'")).toBe(2);
    await holder.query('COMMIT');
    await holder.end();
    await expect.poll(async () => (await keys.row(other)).last_used_at).toEqual(fixtures.gateway.clock.now());
  });

  test('K1: of two replicas with an empty cache, one writes', async () => {
    const counter = await countWrites();
    // what it knows of keys is in its own memory, not in this process's
    const replica = openDatabase(fixtures.database.runtimeUrl, { poolSize: 1 });
    const holder = new pg.Client({ connectionString: fixtures.database.adminUrl });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM api_key WHERE id = $1 FOR UPDATE', [key.row]);
      expect((await keys.ask(key.secret)).errors).toEqual([]);
      const other = noteUse(replica.bind({ tenantId: key.tenant, personId: null }).query, { id: key.row }, fixtures.gateway.clock.now());
      await expect.poll(() => noting("wait_event_type = 'Lock'")).toBe(2);
      await holder.query('COMMIT');
      await other;
      await expect.poll(() => noting("state = 'active'")).toBe(0);
    } finally {
      await holder.end();
      await replica.close();
    }
    expect([await counter.writes(), await usedAt()]).toEqual([1, fixtures.gateway.clock.now()]);
    await counter.drop();
  });

  test('K1: a failing write fails no request and delays none', async () => {
    await fixtures.database.sql(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RAISE EXCEPTION $q$no$q$; END';
      CREATE TRIGGER fail BEFORE UPDATE OF last_used_at ON api_key FOR EACH ROW EXECUTE FUNCTION fail()`);
    const answers = await Promise.all(Array.from({ length: 10 }, () => keys.ask(key.secret)));
    expect(answers.map(({ errors }) => errors)).toEqual(Array.from({ length: 10 }, () => []));
    expect(await usedAt()).toBeNull();
    await fixtures.database.sql('DROP TRIGGER fail ON api_key; DROP FUNCTION fail');
    // The gateway may receive the failure a little later: until then it records no other use.
    const usedAgain = async () => {
      expect((await keys.ask(key.secret)).errors).toEqual([]);
      return usedAt();
    };
    await expect.poll(usedAgain).toEqual(fixtures.gateway.clock.now());
  });
});
