import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { useTrade } from '../../support/trade.ts';

const trade = useTrade();
beforeAll(async () => {
  await trade.database.sql(`CREATE FUNCTION fail_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'planted'; END $$;
    CREATE FUNCTION die_here() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(1); RETURN NULL; END $$;
    ALTER FUNCTION die_here() OWNER TO CURRENT_USER`);
});

/**
 * Each statement of a retrieval that writes, and where it breaks off: before it is done, after, or
 * at the end of the transaction.
 */
const TABLES = ['usage_record', 'charge', 'earning', 'retrieval_count', 'idempotency_key'] as const;
const WHEN = ['BEFORE', 'AFTER', 'DEFERRED'] as const;
const cases = TABLES.flatMap(table => WHEN.flatMap(when => (['fail_here', 'die_here'] as const).map(how => ({ table, when, how }))));

const trigger = (table: string, when: string, how: string) =>
  when === 'DEFERRED'
    ? `CREATE CONSTRAINT TRIGGER planted AFTER INSERT OR UPDATE ON ${table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ${how}()`
    : `CREATE TRIGGER planted ${when} INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${how}()`;

describe('M3: an aborted retrieval leaves no row, and a retry with its key succeeds', () => {
  test.each(cases)('$when $table: $how', async ({ table, when, how }) => {
    const deal = await trade.deal();
    const [before, key] = [await trade.books(), randomUUID()];
    await trade.database.sql(trigger(table, when, how));
    const { code } = await trade.retrieve(deal.buyer.owner, deal, key);
    await trade.database.sql(`DROP TRIGGER planted ON ${table}`);
    expect(code).toBe(how === 'fail_here' ? 'INTERNAL_SERVER_ERROR' : 'UNAVAILABLE');
    expect(await trade.books()).toEqual({ ...before, faults: [] });
    expect((await trade.retrieve(deal.buyer.owner, deal, key)).errors).toEqual([]);
    const { usage, charges, earnings, counted } = before;
    expect(await trade.books()).toEqual({
      usage: usage + 1,
      charges: charges + 1,
      earnings: earnings + 1,
      counted: counted + 1,
      faults: [],
    });
  });
});
