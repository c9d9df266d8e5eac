import { migrate } from '../../src/database/admin/migrate.ts';
import { partitionTables } from '../../src/database/admin/partition.ts';
import { makeDatabase, type ScriptDatabase } from '../database.ts';
import { fillLargeTables } from '../drills/large-rows.ts';
import { LARGE_TABLES, migrateBefore } from '../earlier-migrations.ts';
import { type PageStatement, pageStatements } from './pages.ts';
import { explainingPages } from './partitions.ts';

/** How a page's statement is executed, in one form of the tables. */
type Measured = PageStatement & { readonly partitions: readonly string[]; readonly buffers: number; readonly time: number };

export type LargeTables = {
  /** How often each page was measured before and after the conversion. */
  readonly pages: readonly { readonly name: string; readonly before: Measured; readonly after: Measured }[];
  readonly seconds: number;
  /** What a database with these rows takes, MB, before and after. */
  readonly size: readonly [before: number, after: number];
  readonly faults: readonly string[];
};

const sizeOf = async ({ sql }: ScriptDatabase) =>
  Number((await sql<{ size: string }>('SELECT pg_database_size(current_database()) AS size'))[0]!.size) / 2 ** 20;

/**
 * Fills the large tables of a database that has no partitions, reads pages as the gateway does,
 * converts it, and reads them again. A page of one tenant must read one partition of a table.
 */
export async function measureLargeTables(cluster: string, rows: number, runs: number): Promise<LargeTables> {
  let options: Parameters<typeof migrate>[0] | undefined;
  const database = await makeDatabase(cluster, 'large', given => {
    options = given;
    return migrateBefore(given, LARGE_TABLES);
  });
  try {
    await fillLargeTables(database, { rows });
    await migrate(options!);
    const statements = await pageStatements(database);
    const measure = async () => {
      const { explain, close } = await explainingPages(database);
      const measured: Measured[] = [];
      for (const statement of statements) measured.push({ ...statement, ...(await explain(statement, runs)) });
      return close().then(() => measured);
    };
    const [before, full] = [await measure(), await sizeOf(database)];
    const since = performance.now();
    await partitionTables({ url: database.adminUrl });
    const seconds = (performance.now() - since) / 1_000;
    const after = await measure();
    return {
      pages: before.map((one, at) => ({ name: one.page, before: one, after: after[at]! })),
      seconds,
      size: [full, await sizeOf(database)],
      faults: after.flatMap(({ page, partitions }) => strays(page, partitions)),
    };
  } finally {
    await database.drop();
  }
}

/** Describes a page that read more than one partition of a table, or none of any. */
function strays(page: string, partitions: readonly string[]): readonly string[] {
  const tables = partitions.map(name => name.replace(/_\d\d$/, ''));
  return !tables.length || new Set(tables).size < tables.length ? [`${page} reads ${partitions.join(', ') || 'no partition'}`] : [];
}
