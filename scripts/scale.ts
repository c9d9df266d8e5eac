import { makeDatabase, type ScriptDatabase, startCluster } from './database.ts';
import { fill } from './scale/fill.ts';
import { type Measured, measure, strays } from './scale/measure.ts';

/**
 * `npm run scale [-- --sizes 1000,10000,100000]`: searches marketplaces of a thousand tenants and a
 * growing number of listings. Prints the index that each search reads and how its cost grows. Exits
 * 1 if a search doesn't use its index (docs/decisions/0012-search.md).
 */
const TENANTS = 1_000;
/** After five runs PostgreSQL may switch to a generic plan: measure that, too. */
const RUNS = 8;
/** The time limit, s. */
const LIMIT = 900;

const at = process.argv.indexOf('--sizes');
const sizes = (at < 0 ? '1000,10000,100000' : process.argv[at + 1]!).split(',').map(Number);
if (!sizes.every(size => Number.isSafeInteger(size) && size > 0)) throw new Error('--sizes takes whole numbers with commas between them');

const limit = setTimeout(() => {
  process.stderr.write(`scale: not done after ${LIMIT} s\n`);
  process.exit(1);
}, LIMIT * 1_000);

async function measureSize(cluster: string, listings: number): Promise<readonly Measured[]> {
  const database: ScriptDatabase = await makeDatabase(cluster, 'scale');
  try {
    await fill(database, { tenants: TENANTS, listings });
    const [tenant] = await database.sql<{ id: string }>("SELECT tenant_id AS id FROM tenant WHERE status = 'active' ORDER BY slug LIMIT 1");
    return await measure(database.adminUrl, tenant!.id, listings, RUNS);
  } finally {
    await database.drop();
  }
}

const shorter = (name: string) => name.replace(/^market_index_(.*)_idx$/, '$1').replace('market_index', 'listings');
const readsIn = ({ plan: { reads } }: Measured) =>
  reads
    .filter(name => name.includes('market_index'))
    .map(shorter)
    .join(', ');
const times = (value: number, base: number) => (value / base).toFixed(value < 10 * base ? 1 : 0);

/** A row for each search: the index at the largest size, pages read, and relative times. */
function table(results: readonly (readonly Measured[])[]): string {
  const head = [
    'search',
    'reads',
    ...sizes.map(size => `pages at ${size.toLocaleString('en')}`),
    ...sizes.slice(1).map(size => `time at ${size.toLocaleString('en')}`),
  ];
  const rows = results[0]!.map((smallest, row) => {
    const bySize = results.map(result => result[row]!);
    return [
      smallest.name,
      readsIn(bySize.at(-1)!),
      ...bySize.map(({ plan }) => plan.buffers.toLocaleString('en')),
      ...bySize.slice(1).map(({ plan }) => times(plan.time, smallest.plan.time)),
    ];
  });
  return [head, head.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n');
}

const { url, stop } = await startCluster();
try {
  const results: (readonly Measured[])[] = [];
  for (const size of sizes) {
    results.push(await measureSize(url, size));
    for (const stray of strays(results.at(-1)!)) {
      process.stderr.write(`fault: at ${size}: ${stray}\n`);
      process.exitCode = 1;
    }
  }
  process.stdout.write(`${TENANTS} tenants, time relative to ${sizes[0]!.toLocaleString('en')} listings\n\n${table(results)}\n`);
} finally {
  await stop();
  clearTimeout(limit);
}
