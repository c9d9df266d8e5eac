import pg from 'pg';
import { expect, test } from 'vitest';
import { PrismaAdapter } from '../../../src/database/driver/prisma-adapter.ts';
import { ReadCounts } from '../../../src/database/sql/counts.ts';
import { createEngine } from '../../../src/database/sql/engine.ts';
import { tablesOf } from '../../../src/database/sql/tables.ts';
import { PrismaClient } from '../../../src/generated/prisma/client.ts';
import { keepLog } from '../../http/server/serve.ts';
import { useDatabase } from '../../support/database.ts';
import { startTestGateway } from '../../support/gateway.ts';

const database = useDatabase();
const tables = tablesOf(new PrismaClient({ adapter: new PrismaAdapter() }));

/** Runs a read whose statement fails with a code, and says what came of it. */
async function fallBackFrom(code: string, { operation = 'findMany', args = {}, inTransaction = false } = {}) {
  const counts = new ReadCounts();
  const error = Object.assign(new pg.DatabaseError(code, 0, 'error'), { code, severity: 'ERROR' });
  const reported: unknown[] = [];
  const run = () => Promise.reject(error);
  const engine = createEngine({ tables, counts, run, inTransaction, onUnexpected: each => reported.push(each) });
  const answer = await engine('Plan', operation, args, async () => 'by Prisma').catch((thrown: unknown) => thrown);
  const outcome = answer === error ? 'thrown' : answer;
  return { outcome, counted: counts.all().map(count => count.outcome), reported: reported.map(each => each === error) };
}

// biome-ignore format: a table is read by its columns
test.each([
  ['42703', 'an undefined column'],
  ['42883', 'an undefined function'],
  ['42P01', 'an undefined table'],
  ['42601', 'bad syntax'],
  ['42804', 'a wrong type'],
  ['42501', 'a missing privilege'],
])('%s, %s, is reported as a bug, though Prisma answers', async code => {
  expect(await fallBackFrom(code)).toEqual({ outcome: 'by Prisma', counted: ['unexpected'], reported: [true] });
});

// biome-ignore format: a table is read by its columns
test.each([
  ['22003', 'a number out of range'],
  ['22P02', 'text that is no UUID'],
  ['22021', 'text with a null character'],
  ['54000', 'a statement beyond a limit'],
])('%s, %s, is left to Prisma by design and counted', async code => {
  expect(await fallBackFrom(code)).toEqual({ outcome: 'by Prisma', counted: ['refused'], reported: [] });
});

test('every other error, and every error in a transaction, is thrown: nobody answers instead', async () => {
  for (const code of ['23505', '57014', '40P01']) expect(await fallBackFrom(code)).toMatchObject({ outcome: 'thrown', reported: [] });
  for (const code of ['42703', '22003']) {
    expect(await fallBackFrom(code, { inTransaction: true })).toMatchObject({ outcome: 'thrown', reported: [] });
    const write = { operation: 'deleteMany', args: {} };
    expect(await fallBackFrom(code, write)).toMatchObject({ outcome: 'thrown', reported: [] });
  }
});

test('a gateway logs a bug of a single statement at warn, counts it, and fails its test', async () => {
  const kept = keepLog();
  const gateway = await startTestGateway(database, { log: kept.log });
  await database.sql('ALTER TABLE plan RENAME COLUMN support TO renamed');
  const { errors } = await gateway.ask('{ plans { support } }');
  expect(errors).toMatchObject([{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }]);
  expect(gateway.counts().reads).toContainEqual(expect.objectContaining({ model: 'Plan', outcome: 'unexpected' }));
  expect(gateway.counts().queries.unexpected).toBe(0);
  expect(kept.lines().filter(({ level }) => level === 40)).toContainEqual(
    expect.objectContaining({ msg: 'a single statement failed; Prisma answers', err: expect.objectContaining({ code: '42703' }) }),
  );
  await expect(gateway.stop()).rejects.toThrow('the fast path failed');
});
