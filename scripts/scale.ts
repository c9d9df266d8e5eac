import { makeDatabase, type ScriptDatabase, startCluster } from './database.ts';
import { fill } from './scale/fill.ts';
import { type LargeTables, measureLargeTables } from './scale/large.ts';
import { type Measured, measure, strays } from './scale/measure.ts';

/**
 * `npm run scale [-- --sizes 1000,10000,100000] [--large 100000]`: searches marketplaces of a
 * thousand tenants and a growing number of listings. Prints the index that each search reads and
 * how its cost grows. Exits 1 if a search doesn't use its index (docs/decisions/0012-search.md).
 *
 * Then it fills the large tables, converts them into partitions, and compares pages before and
 * after. Exits 1 if a page of one tenant reads more than one partition
 * (docs/decisions/0071-large-tables.md). `--sizes 0` leaves the searches out, `--large 0` these.
 */
const TENANTS = 1_000;
/** After five runs PostgreSQL may switch to a generic plan: measure that, too. */
const RUNS = 8;
/** The time limit, s. */
const LIMIT = 900;

function numbers(name: string, usual: string): readonly number[] {
  const at = process.argv.indexOf(`--${name}`);
  const given = (at < 0 ? usual : process.argv[at + 1]!).split(',').map(Number);
  if (!given.every(size => Number.isSafeInteger(size) && size >= 0))
    throw new Error(`--${name} takes whole numbers with commas between them`);
  return given.filter(size => size > 0);
}

const sizes = numbers('sizes', '1000,10000,100000');
const large = numbers('large', '100000');

const limit = setTimeout(
  () => {
    process.stderr.write(`scale: not done after ${LIMIT} s\n`);
    process.exit(1);
  },
  (LIMIT + Math.max(0, ...large) / 1_000) * 1_000,
);

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

/** A row for each page: what it reads, and its time relative to that of before. */
const pages = ({ pages }: LargeTables) =>
  [
    ['page', 'reads', 'pages of 8 kB before', 'after', 'ms before', 'after'],
    Array.from({ length: 6 }, () => '---'),
    ...pages.map(({ name, before, after }) => [
      name,
      after.partitions.join(', '),
      ...[before.buffers, after.buffers].map(count => count.toLocaleString('en')),
      ...[before.time, after.time].map(time => time.toFixed(2)),
    ]),
  ]
    .map(cells => `| ${cells.join(' | ')} |`)
    .join('\n');

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
  if (sizes.length)
    process.stdout.write(`${TENANTS} tenants, time relative to ${sizes[0]!.toLocaleString('en')} listings\n\n${table(results)}\n`);
  for (const rows of large) {
    const measured = await measureLargeTables(url, rows, RUNS * 5);
    const [before, after] = measured.size.map(size => size.toFixed(0));
    process.stdout.write(
      `\n${rows.toLocaleString('en')} rows in the large tables, converted in ${measured.seconds.toFixed(0)} s, ${before} MB before, ${after} MB after\n\n${pages(measured)}\n`,
    );
    for (const fault of measured.faults) {
      process.stderr.write(`fault: ${fault}\n`);
      process.exitCode = 1;
    }
  }
} finally {
  await stop();
  clearTimeout(limit);
}
