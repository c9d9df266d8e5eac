import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PiggybackQuery } from '../../../src/database/driver/piggyback-query.ts';
import { type Database, openDatabase } from '../../../src/database/index.ts';
import { fixtures, useDatabase } from '../../support/database.ts';

/**
 * A query that goes along with the first read: in its round trip and transaction, ahead of it, and
 * once.
 */
const database = useDatabase();
let databases: Record<'with names' | 'without', Database>;
let binding: { tenantId: string; personId: string };
beforeAll(async () => {
  const make = fixtures(database);
  const owner = await make.person('Owner');
  binding = { tenantId: (await make.tenant('acme', owner)).id, personId: owner.id };
  databases = {
    'with names': openDatabase(database.runtimeUrl, { poolSize: 2 }),
    without: openDatabase(database.runtimeUrl, { poolSize: 2, naming: false }),
  };
});
afterAll(async () => {
  for (const opened of Object.values(databases ?? {})) await opened.close();
});

const piggyback = (text: string, ...values: string[]) => new PiggybackQuery({ text, values });

describe.each(['with names', 'without'] as const)('%s', how => {
  const bind = (query: PiggybackQuery) => databases[how].bind(binding, query).db;

  test('it runs under the binding of the read, whose result is as without it', async () => {
    for (let times = 0; times < 3; times += 1) {
      const query = piggyback('SELECT app_tenant()::text || $1 || txid_current()::text', '/');
      const read = bind(query).tenant.findFirst({ select: { name: true } });
      expect(query.isTaken).toBe(true);
      expect(await read).toEqual({ name: 'Tenant acme' });
      expect(query.result).toMatch(new RegExp(`^${binding.tenantId}/\\d+$`));
    }
  });

  test('a query that ran under one binding runs under the next one', async () => {
    const statement = { text: "SELECT app_tenant()::text || '/' || coalesce(app_person()::text, '')", values: [] };
    for (const each of [binding, { tenantId: randomUUID(), personId: binding.personId }, { ...binding, personId: randomUUID() }, binding]) {
      const query = new PiggybackQuery(statement);
      await databases[how].bind(each, query).db.membership.count();
      expect(query.result).toBe(`${each.tenantId}/${each.personId}`);
    }
  });

  test('the first read takes it along, no other', async () => {
    const query = piggyback("SELECT nextval('counted')::text");
    await database.sql(`CREATE SEQUENCE IF NOT EXISTS counted; GRANT USAGE ON counted TO PUBLIC; SELECT setval('counted', 1, false)`);
    const db = bind(query);
    await Promise.all([
      db.tenant.findFirst({ select: { name: true } }),
      db.membership.count(),
      db.membership.findMany({ select: { id: true } }),
    ]);
    expect(query.result).toBe('1');
  });

  test('its result may be null', async () => {
    const query = piggyback('SELECT NULL::text');
    await bind(query).membership.count();
    expect(query.result).toBeNull();
  });

  test('it has no result when it fails', async () => {
    const query = piggyback("SELECT (1 / length(''))::text");
    await bind(query)
      .membership.count()
      .catch(() => {});
    expect(query.result).toBeUndefined();
  });

  test('a read that fails after it leaves its result', async () => {
    const query = piggyback("SELECT 'result'");
    const role = new URL(database.runtimeUrl).username;
    await database.sql(`REVOKE SELECT ON tombstone FROM ${role}`);
    await expect(bind(query).tombstone.findMany()).rejects.toThrow();
    await database.sql(`GRANT SELECT ON tombstone TO ${role}`);
    expect(query.result).toBe('result');
  });
});

test('without a connection it fails as the read does', async () => {
  const away = openDatabase(Object.assign(new URL(database.runtimeUrl), { port: '1' }).href, { connectTimeout: 2_000 });
  const query = piggyback("SELECT 'result'");
  await expect(away.bind(binding, query).db.membership.count()).rejects.toThrow();
  expect(query.result).toBeUndefined();
  await away.close();
});
