import { expect, test } from 'vitest';
import { ANY_PORT, scrape, valueIn } from '../../observe/scrape.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database, { metrics: ANY_PORT });

test('documents that are not valid are not kept, and take no place of one that is', async () => {
  const owner = await fixtures(database).person('ann');
  const token = await gateway.tokenOf(owner);
  const leftToYoga = async () => valueIn(await scrape(gateway.metricsUrl), 'ipto_executions_total', { way: 'yoga' });
  // Each has other variables, because whole bodies are kept as well.
  let asked = 0;
  const isAnswered = async (query: string) => {
    asked += 1;
    return !(await gateway.ask(query, { token, variables: { asked } })).errors.length;
  };
  const GOOD = '{ viewer { id } }';
  const long = (fields: string, at: number) => `{ ${fields} } # ${at} ${'a'.repeat(19_000)}`;
  expect([await isAnswered(GOOD), await isAnswered(GOOD)]).toEqual([true, true]);
  // All that are kept have at most 500,000 letters together.
  for (let at = 0; at < 30; at += 1) expect(await isAnswered(long('nothing', at))).toBe(false);
  expect(await isAnswered(GOOD)).toBe(true);
  await expect.poll(leftToYoga).toBe(1);
  for (let at = 0; at < 30; at += 1) expect(await isAnswered(long('viewer { id }', at))).toBe(true);
  expect(await isAnswered(GOOD)).toBe(true);
  await expect.poll(leftToYoga).toBe(1 + 30 + 1);
});
