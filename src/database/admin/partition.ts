import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readConversion } from './conversion.ts';
import { LOCK, MigrationError } from './migrate.ts';

export type PartitionOptions = {
  /** The connection of a superuser or of the schema's owner, directly to PostgreSQL. */
  readonly url: string;
  /** Rows of a page, which is one transaction. */
  readonly pageSize?: number;
  readonly onProgress?: (line: string) => void;
};

/** Held by a conversion, so that a second one is refused. */
const ONE_AT_A_TIME = "hashtextextended('partition the large tables', 0)";

/** A lock wasn't free in time, or PostgreSQL ended one of two that waited for each other. */
const BUSY: readonly (string | undefined)[] = ['55P03', '40P01'];

/** How often a brief step is tried, and the pause before the next try, ms. */
const [TRIES, PAUSE] = [600, 1_000];

/** How often missing rows are copied again before the conversion gives up. */
const REPAIRS = 5;

/** The time between two lines about a copy, ms. */
const NEWS = 10_000;

/**
 * Puts the large tables into partitions while gateways and workers serve
 * (docs/decisions/0071-large-tables.md). Every step is a transaction of its own: after a crash the
 * next run goes on where this one was.
 *
 * @returns false if they are in partitions already.
 * @throws {MigrationError} if another run is at it, a table and its copy differ, or the tables are
 * never free for the moment that the exchange takes.
 */
export const partitionTables = ({ url, pageSize = 5_000, onProgress = () => {} }: PartitionOptions): Promise<boolean> =>
  asOwner(url, async client => {
    const { isSwapped, begun } = await readConversion(client);
    if (isSwapped && !begun.length) return false;
    if (!isSwapped) {
      const tables = await namesOf(client);
      for (const table of tables) {
        if (!begun.includes(table)) await begin(client, table, onProgress);
        await copy(client, table, pageSize, onProgress);
        await repair(client, table, onProgress);
      }
      for (const table of tables) await client.query(`VACUUM (ANALYZE) tenant_hash.${table}`);
      onProgress('exchanging the tables');
      await briefly(client, 'SELECT tenant_hash.swap()', onProgress);
    }
    const { rows } = await client.query<{ statement: string }>('SELECT tenant_hash.unvalidated() AS statement');
    for (const { statement } of rows) await briefly(client, statement, onProgress);
    await briefly(client, 'SELECT tenant_hash.join_keys()', onProgress);
    return true;
  });

/**
 * Ends a conversion that isn't complete, and removes the copies. The tables stay as they are.
 *
 * @returns false if there is none.
 * @throws {MigrationError} if the tables are exchanged already: then only the next run ends it.
 */
export const cancelPartitioning = ({ url, onProgress = () => {} }: PartitionOptions): Promise<boolean> =>
  asOwner(url, async client => {
    const { isSwapped, begun } = await readConversion(client);
    if (isSwapped && begun.length)
      throw new MigrationError('The tables are exchanged already. `ipto partition` without --cancel completes it.');
    if (!begun.length) return false;
    await briefly(client, 'SELECT tenant_hash.cancel()', onProgress);
    return true;
  });

async function asOwner<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, application_name: 'ipto-partition' });
  client.on('error', () => {}); // the running statement throws
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ owner: string; isOwner: boolean }>(
      `SELECT pg_get_userbyid(relowner) AS owner, pg_get_userbyid(relowner) = current_user AS "isOwner"
       FROM pg_class WHERE oid = to_regclass('public.charge')`,
    );
    if (tables[0] && !tables[0].isOwner) await client.query(`SET ROLE ${pg.escapeIdentifier(tables[0].owner)}`);
    if (!tables[0] || !(await readConversion(client)).isPossible)
      throw new MigrationError('This database lacks a migration. Run `ipto migrate` first.');
    const { rows: locks } = await client.query<{ isFree: boolean }>(`SELECT pg_try_advisory_lock(${ONE_AT_A_TIME}) AS "isFree"`);
    if (!locks[0]!.isFree) throw new MigrationError('Another `ipto partition` runs on this database.');
    return await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

const namesOf = async (client: pg.Client): Promise<readonly string[]> =>
  (await client.query<{ name: string }>('SELECT unnest(tenant_hash.large_tables()) AS name')).rows.map(({ name }) => name);

/** Runs a statement that needs a lock for a moment, until it gets it. */
async function briefly(client: pg.Client, statement: string, onProgress: (line: string) => void): Promise<void> {
  for (let tries = 1; ; tries += 1)
    try {
      await client.query(statement);
      return;
    } catch (error) {
      if (!BUSY.includes((error as { code?: string }).code)) throw error;
      if (tries === TRIES)
        throw new MigrationError(
          'The tables were never free for a moment. Run `ipto partition` again, when no long statement reads them.',
          {
            cause: error,
          },
        );
      if (tries % 10 === 0) onProgress('waiting for a moment without long statements');
      await sleep(PAUSE);
    }
}

/** Begins while no migration runs; see `migrate`, which runs none meanwhile. */
async function begin(client: pg.Client, table: string, onProgress: (line: string) => void): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
  try {
    await briefly(client, `SELECT tenant_hash.begin_copy('${table}')`, onProgress);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [LOCK]);
  }
}

/** Copies page by page, and rests half as long as each page took. */
async function copy(client: pg.Client, table: string, pageSize: number, onProgress: (line: string) => void): Promise<void> {
  const since = performance.now();
  let [copied, told] = [0, since];
  for (;;) {
    const asked = performance.now();
    const { rows } = await client.query<{ many: number | null }>('SELECT tenant_hash.copy_rows($1, $2) AS many', [table, pageSize]);
    const now = performance.now();
    if (rows[0]!.many === null) break;
    copied += rows[0]!.many;
    if (now - told > NEWS) {
      onProgress(`${table}: ${copied.toLocaleString('en')} rows`);
      told = now;
    }
    await sleep((now - asked) / 2);
  }
  onProgress(`${table}: ${copied.toLocaleString('en')} rows copied in ${((performance.now() - since) / 1_000).toFixed(0)} s`);
}

type Difference = { readonly tenant_id: string; readonly rows_here: string; readonly rows_there: string };

/**
 * Compares a table with its copy, tenant by tenant, and copies what is missing: rows whose writer
 * was at work when their page was copied, and gave up.
 */
async function repair(client: pg.Client, table: string, onProgress: (line: string) => void): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const { rows } = await client.query<Difference>('SELECT * FROM tenant_hash.compare($1)', [table]);
    if (!rows.length) break;
    if (tries === REPAIRS) {
      const [{ tenant_id, rows_here, rows_there }] = rows as [Difference];
      throw new MigrationError(
        `${table} and its copy differ for ${rows.length} tenants, first for ${tenant_id}: ${rows_here} rows, and ${rows_there} in the copy. ` +
          'Run `ipto partition --cancel`, find out who wrote to schema tenant_hash, and begin again.',
      );
    }
    for (const { tenant_id } of rows)
      await client.query("SELECT tenant_hash.copy_between($1, $2, '00000000-0000-0000-0000-000000000000', NULL)", [table, tenant_id]);
  }
  onProgress(`${table}: every tenant has the same rows in the copy`);
}
