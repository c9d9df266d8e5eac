import { expect, test } from 'vitest';
import { runForecast } from '../../scripts/oracle/forecast.ts';
import { useDatabase } from '../support/database.ts';

/** The short form of `npm run forecast`: always the same documents. */
const SEED = 20261129;
const COUNT = 300;

const database = useDatabase();

test(`G10: explain forecasts the refusals of ${COUNT} random operations (seed ${SEED})`, { timeout: 300_000 }, async () => {
  const { compared, refused, wrong } = await runForecast({ database, count: COUNT, seed: SEED });
  expect(wrong).toBeNull();
  expect(compared).toBe(COUNT);
  expect(refused).toBeGreaterThan(COUNT / 4);
});
