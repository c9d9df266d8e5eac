import { describe, expect, test } from 'vitest';
import { useDatabase } from '../../support/database.ts';
import { mismatches } from '../../support/mismatches.ts';
import { PURGED, TABLES_FILE, TENANT_TABLES } from '../../support/tables.ts';

/**
 * Which tables a deletion empties, held against the database's own catalogue: a new one that isn't
 * purged fails here.
 */
const database = useDatabase();
const names = (rows: readonly { name: string }[]) => rows.map(({ name }) => name);

describe('S4: the order of a purge', () => {
  const order = async () => (await database.sql<{ name: string }>('SELECT unnest(purge_order()) AS name')).map(({ name }) => name);

  test("has every table that holds a tenant's rows, but what a deletion leaves", async () => {
    const holding = await database.sql<{ name: string }>(
      `SELECT c.relname::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
       WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace`,
    );
    expect(mismatches(names(holding), TENANT_TABLES, TABLES_FILE)).toEqual([]);
    expect(mismatches(PURGED, await order(), 'purge_order() in a new migration')).toEqual([]);
    expect(await order()).toEqual(PURGED);
  });

  test('has what refers to a table before that table', async () => {
    const places = await order();
    const references = await database.sql<{ from: string; to: string }>(
      `SELECT c.relname::text AS "from", f.relname::text AS "to" FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
       WHERE k.contype = 'f' AND c.relname = ANY ($1) AND f.relname = ANY ($1)`,
      [places],
    );
    expect(references.length).toBeGreaterThan(16);
    for (const { from, to } of references) expect(places.indexOf(from), `${from} refers to ${to}`).toBeLessThan(places.indexOf(to));
  });
});
