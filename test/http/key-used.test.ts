import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { home, keys, life, liveWithKeys } from '../support/key-life.ts';
import type { MadeKey } from '../support/keys.ts';

liveWithKeys();

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

describe('when a key was last used', () => {
  test('K1: is noted at its first use, and then once a minute at most', async () => {
    const { clock } = life.gateway;
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

  test('K1: of many uses at once one writes', async () => {
    const { clock } = life.gateway;
    await life.database.sql(`CREATE TABLE noted (at timestamptz); GRANT INSERT ON noted TO PUBLIC;
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.noted VALUES (NEW.last_used_at); RETURN NEW; END';
      CREATE TRIGGER note AFTER UPDATE OF last_used_at ON api_key FOR EACH ROW EXECUTE FUNCTION note()`);
    await Promise.all(Array.from({ length: 50 }, () => keys.ask(key.secret)));
    expect(await noted()).toEqual(clock.now());
    await sleep(100);
    expect(await life.database.sql('SELECT count(*)::int AS writes FROM noted')).toEqual([{ writes: 1 }]);
    await life.database.sql('DROP TRIGGER note ON api_key; DROP FUNCTION note; DROP TABLE noted');
  });

  test('K1: that it can’t be noted fails no request, and makes none wait', async () => {
    await life.database.sql(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RAISE EXCEPTION $q$no$q$; END';
      CREATE TRIGGER fail BEFORE UPDATE OF last_used_at ON api_key FOR EACH ROW EXECUTE FUNCTION fail()`);
    const answers = await Promise.all(Array.from({ length: 10 }, () => keys.ask(key.secret)));
    expect(answers.map(({ errors }) => errors)).toEqual(Array.from({ length: 10 }, () => []));
    expect(await usedAt()).toBeNull();
    await sleep(1_100);
    await life.database.sql('DROP TRIGGER fail ON api_key; DROP FUNCTION fail');
    await keys.ask(key.secret);
    expect(await noted()).toEqual(life.gateway.clock.now());
  });
});
