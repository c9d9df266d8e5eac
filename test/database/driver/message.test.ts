import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../src/database/index.ts';
import { useDatabase } from '../../support/database.ts';

/** Values arrive as they were given: in a single read, and in a transaction. */
const binding = { tenantId: '00000000-0000-7000-8000-000000000001', personId: null };
const database = useDatabase();
let opened: Database[];
beforeAll(async () => {
  opened = [true, false].map(naming => openDatabase(database.runtimeUrl, { poolSize: 1, naming }));
});
afterAll(async () => {
  for (const opening of opened ?? []) await opening.close();
});

const ECHO =
  'SELECT $1::text AS text, $2::bytea AS bytes, $3::text[] AS list, $4::int AS number, $5::jsonb AS json, app_tenant() AS tenant';

const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'ascii', 'ä', '\u{1f600}', 'x'.repeat(70_000)),
);
const storable = text.filter(value => !value.includes('\0'));
const bytes = fc.uint8Array({ maxLength: 300 }).map(array => Buffer.from(array));
const values = fc.record({
  text: fc.option(storable),
  bytes: fc.option(bytes),
  list: fc.option(fc.array(storable, { maxLength: 3 })),
  number: fc.option(fc.integer()),
  json: fc.option(fc.record({ of: storable })),
});

describe.each(['in a transaction', 'by itself'] as const)('%s', how => {
  test('texts of any characters, bytes, lists, numbers, JSON and nulls', async () => {
    await fc.assert(
      fc.asyncProperty(values, fc.boolean(), async (given, isNamed) => {
        const work = opened[Number(!isNamed)]!.bind(binding);
        const asked = [given.text, given.bytes, given.list, given.number, given.json];
        const rows = await (how === 'by itself' ? work.query(ECHO, asked) : work.transaction(({ query }) => query(ECHO, asked)));
        expect(rows).toEqual([{ ...given, tenant: binding.tenantId }]);
      }),
      { numRuns: 100, seed: 11 },
    );
  });

  test('a statement may have no values, or hundreds', async () => {
    const work = opened[0]!.bind(binding);
    const query = (statement: string, given: readonly unknown[]) =>
      how === 'by itself' ? work.query(statement, given) : work.transaction(transaction => transaction.query(statement, given));
    expect(await query('SELECT 7 AS seven', [])).toEqual([{ seven: 7 }]);
    const many = Array.from({ length: 300 }, (_, number) => number);
    const [row] = await query(`SELECT ARRAY[${many.map(number => `$${number + 1}::int`)}] AS all`, many);
    expect(row).toEqual({ all: many });
  });
});
