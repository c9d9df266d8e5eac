import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { nameOf } from '../../../src/database/driver/prepared-statements.ts';
import { inTransaction } from '../../../src/database/driver/run-transaction.ts';
import { bindingPrelude } from '../../../src/database/tenancy/binding.ts';
import { useDatabase } from '../../support/database.ts';
import { NOBODY } from '../../support/query-as.ts';

/** A table changes while every connection has statements on it prepared: no caller notices. */
const database = useDatabase();
let pool: ConnectionPool;
beforeEach(async () => {
  await database.sql(`DROP TABLE IF EXISTS changing; CREATE TABLE changing (id text, n int, note varchar(9));
    INSERT INTO changing VALUES ('01a20ac5-7e0e-7725-bb9f-925801a8cdb1', 1, 'a'); GRANT ALL ON changing TO PUBLIC`);
  pool = new ConnectionPool({ connectionString: database.runtimeUrl, max: 2, naming: true });
});
afterEach(() => pool.end());

const [ID, COUNT] = ['01a20ac5-7e0e-7725-bb9f-925801a8cdb1', 4];
const prelude = bindingPrelude(NOBODY);
const SELECT = 'SELECT n, note FROM changing WHERE id = $1';
const UPDATE = 'UPDATE changing SET n = n + 1 WHERE id = $1 RETURNING n, note';
const statement = (text: string) => ({ text, values: [ID], name: nameOf(text) });

/** Each way to run a statement, twice at the same time so that both connections are used. */
const WAYS: Readonly<Record<string, (text: string) => Promise<readonly unknown[]>>> = {
  'a statement': async text => (await pool.query(statement(text), prelude)).rows,
  'a read': async text => (await pool.read({ ...statement(text), types: { getTypeParser: () => String } }, { prelude })).rows,
  'a quick read': async text =>
    (await pool.read({ ...statement(text), types: { getTypeParser: () => String } }, { prelude, quick: true })).rows,
  'a transaction': text =>
    inTransaction(
      pool,
      prelude,
      async transaction => {
        await transaction.query(statement(SELECT));
        return (await transaction.query(statement(text))).rows;
      },
      { timeout: 5_000 },
    ),
};

// biome-ignore format: a table is read by its columns
const CHANGES = [
  ['the type of a result',    'ALTER TABLE changing ALTER n TYPE bigint'],
  ['the length of a result',  'ALTER TABLE changing ALTER note TYPE varchar(99)'],
  ['the type of a parameter', 'ALTER TABLE changing ALTER id TYPE uuid USING id::uuid'],
  ['a column made anew',      'ALTER TABLE changing DROP note; ALTER TABLE changing ADD note int DEFAULT 7'],
] as const;

describe.each(Object.keys(WAYS))('%s', way => {
  const run = WAYS[way]!;
  const twice = (text: string) => Promise.all([run(text), run(text)]);

  test.each(CHANGES)('runs after a change of %s, once, and names stay in use', async (_what, change) => {
    for (let i = 0; i < COUNT; i++) await twice(SELECT);
    for (let i = 0; i < COUNT; i++) await run(UPDATE);
    await database.sql(change);
    for (let i = 0; i < COUNT; i++) for (const rows of await twice(SELECT)) expect(rows).toHaveLength(1);
    for (let i = 0; i < COUNT; i++) expect(await run(UPDATE)).toHaveLength(1);
    expect((await database.sql('SELECT n::int AS n FROM changing'))[0]).toEqual({ n: 1 + 2 * COUNT });
    expect(pool.naming).toBe(true);
  });
});

test('a transaction of more stale statements than it has tries runs after the change', async () => {
  const texts = Array.from({ length: 5 }, (_, i) => `SELECT n, ${i} AS i FROM changing`);
  const run = () =>
    inTransaction(
      pool,
      prelude,
      async transaction => {
        for (const text of texts) await transaction.query({ text, name: nameOf(text) });
      },
      { timeout: 5_000 },
    );
  await run();
  await database.sql(CHANGES[0][1]);
  await expect(run()).resolves.toBeUndefined();
});
