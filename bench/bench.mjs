import { startDatabase } from './lib/database.mjs';
import { startIssuer } from './lib/issuer.mjs';
import { readOptions } from './lib/options.mjs';
import { run } from './lib/run.mjs';

/**
 * The size of the data: 20,000 memberships, 20,000 datasets, 200,000 usage records, 40,000 audit
 * events.
 */
const SIZE = { tenants: 200, people: 5_000, members: 100, datasets: 100, usages: 200_000, events: 200 };

const say = line => process.stderr.write(`${line}\n`);
const undo = [];
const unwind = async () => {
  for (const step of undo.splice(0).reverse()) await step();
};
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => unwind().finally(() => process.exit(130)));

try {
  const options = readOptions(process.argv.slice(2));
  const issuer = await startIssuer();
  undo.push(issuer.stop);
  const database = await startDatabase(SIZE, say);
  undo.push(database.stop);
  process.exitCode = await run({ options, issuer, database, size: SIZE, say, undo });
} catch (error) {
  process.exitCode = 1;
  say(error.stack);
} finally {
  await unwind();
}
