import { makeDatabase, startCluster } from './database.ts';
import { describeDifference, runOracle } from './oracle/run.ts';

/**
 * Compares the fast path with GraphQL.js over Prisma, on random documents and callers. `--count N`
 * says how many answers are compared, `--seed N` which. Exits 1 at the first difference,
 * or when the fast path fails and GraphQL.js answers in its place.
 */
const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const count = option('count', 100_000);
const seed = option('seed', Date.now() % 1_000_000);
const parallel = option('parallel', 4);

const { url, stop } = await startCluster();
const database = await makeDatabase(url, 'oracle');
process.stdout.write(`oracle: seed ${seed}\n`);
let reported = 0;
const onRound = (compared: number) => {
  if (compared - reported < 1_000) return;
  reported = compared;
  process.stdout.write(`oracle: ${compared} answers compared\n`);
};
try {
  const { compared, seconds, difference, unexpected, counts } = await runOracle({ database, count, seed, parallel, onRound });
  if (difference) process.stdout.write(`${describeDifference(difference)}\n\n`);
  for (const error of unexpected) process.stdout.write(`the fast path failed: ${error instanceof Error ? error.stack : error}\n\n`);
  const { answered, ...others } = counts.queries;
  process.stdout.write(`by query plans: ${answered}; otherwise: ${JSON.stringify(others)}\n`);
  process.stdout.write(
    `oracle: seed ${seed}, ${compared} answers compared, ${(compared / seconds).toFixed(0)} a second, ${difference ? 1 : 0} different\n`,
  );
  process.exitCode = difference || unexpected.length ? 1 : 0;
} finally {
  await database.drop();
  await stop();
}
