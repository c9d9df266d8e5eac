import { makeDatabase, startCluster } from './database.ts';
import { runForecast } from './oracle/forecast.ts';

/**
 * Compares what `explain` forecasts with the refusals of the execution, on random documents and
 * callers. `--count N` says how many, `--seed N` which. Exits 1 at the first difference.
 */
const option = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? otherwise : Number(process.argv[at + 1]);
};
const [count, seed] = [option('count', 10_000), option('seed', Date.now() % 1_000_000)];

const { url, stop } = await startCluster();
const database = await makeDatabase(url, 'forecast');
try {
  const { compared, refused, whole, wrong } = await runForecast({ database, count, seed });
  if (wrong) process.stdout.write(`${wrong}\n\n`);
  process.stdout.write(
    `forecast: seed ${seed}, ${compared} forecasts compared, ${refused} with refusals, ${whole} refused as a whole, ${wrong ? 1 : 0} wrong\n`,
  );
  process.exitCode = wrong ? 1 : 0;
} finally {
  await database.drop();
  await stop();
}
