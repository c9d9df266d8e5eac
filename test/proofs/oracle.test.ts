import { expect, test } from 'vitest';
import { describeDifference, runOracle } from '../../scripts/oracle/run.ts';
import { useDatabase } from '../support/database.ts';

/** The short form of `npm run oracle`: always the same documents. */
const SEED = 20261129;
const COUNT = 500;

const database = useDatabase();

test(`the fast path answers ${COUNT} random documents (seed ${SEED}) as GraphQL.js over Prisma does`, { timeout: 300_000 }, async () => {
  const { compared, difference, unexpected, counts } = await runOracle({ database, count: COUNT, seed: SEED });
  expect(difference && describeDifference(difference)).toBeNull();
  expect(unexpected).toEqual([]);
  expect(compared).toBeGreaterThanOrEqual(COUNT);
  expect(counts.queries.answered).toBeGreaterThan(COUNT / 4);
  expect(counts.reads.some(({ outcome }) => outcome === 'json')).toBe(true);
});
