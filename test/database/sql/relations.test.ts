import { PrismaPg } from '@prisma/adapter-pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Table, tablesOf } from '../../../src/database/sql/tables.ts';
import { getDatamodel } from '../../../src/generated/pothos.ts';
import { PrismaClient } from '../../../src/generated/prisma/client.ts';
import { useDatabase } from '../../support/database.ts';

/** What a statement is written from is what the database has. */
const database = useDatabase();
let prisma: PrismaClient;
let tables: ReadonlyMap<string, Table>;
beforeAll(async () => {
  prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: database.adminUrl }), errorFormat: 'minimal' });
  tables = tablesOf(prisma);
});
afterAll(() => prisma?.$disconnect());

const bare = (name: string) => name.replace(/^"public"\./, '').replaceAll('"', '');

test('every column of every model is a column of its table', async () => {
  const rows = await database.sql<{ column: string }>(
    "SELECT table_name || '.' || column_name AS column FROM information_schema.columns WHERE table_schema = 'public'",
  );
  const known = new Set(rows.map(({ column }) => column));
  for (const { sql, columns } of tables.values())
    for (const column of columns.values()) expect(known).toContain(`${bare(sql)}.${bare(column.sql)}`);
});

test('every relation of every model follows a foreign key, column by column, except to rows that may be gone, and to the tenant over another row', async () => {
  const rows = await database.sql<{ key: string }>(
    `SELECT conrelid::regclass || ' ' || confrelid::regclass || ' ' || (SELECT string_agg(a.attname || '=' || b.attname, ',' ORDER BY a.attname, b.attname)
       FROM unnest(conkey, confkey) AS k (ours, theirs)
       JOIN pg_attribute a ON a.attrelid = conrelid AND a.attnum = ours JOIN pg_attribute b ON b.attrelid = confrelid AND b.attnum = theirs) AS key
     FROM pg_constraint WHERE contype = 'f'`,
  );
  const known = new Set(rows.map(({ key }) => key));
  const unheld: string[] = [];
  const models = getDatamodel().datamodel.models as unknown as Record<string, { fields: { name: string; kind: string }[] }>;
  for (const [model, { fields }] of Object.entries(models)) {
    const table = tables.get(model)!;
    for (const { name } of fields.filter(({ kind }) => kind === 'object')) {
      const relation = table.relations.get(name);
      expect(relation, `${model}.${name}`).toBeDefined();
      const { to, on, isForward } = relation!;
      const pairs = on.map(([ours, theirs]) => (isForward ? [ours, theirs] : [theirs, ours]).map(bare).join('=')).sort();
      const [holder, held] = isForward ? [table, to] : [to, table];
      if (!known.has(`${bare(holder.sql)} ${bare(held.sql)} ${pairs.join(',')}`)) unheld.push(`${model}.${name} ${pairs.join(',')}`);
    }
  }
  const gone = ['Dataset.earnings', 'Earning.dataset'].map(name => `${name} dataset_id=id,tenant_id=tenant_id`);
  const over = ['Tenant.usageRecords', 'Tenant.charges', 'UsageRecord.tenant', 'Charge.tenant'].map(name => `${name} tenant_id=tenant_id`);
  expect(unheld.sort()).toEqual([...gone, ...over].sort());
});

test('every model has a key', () => {
  for (const { sql, key } of tables.values()) expect(key.length, sql).toBeGreaterThan(0);
});
