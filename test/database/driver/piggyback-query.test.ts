import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PiggybackQuery } from '../../../src/database/driver/piggyback-query.ts';
import { type Database, openDatabase } from '../../../src/database/unit-of-work.ts';
import { fixtures, useDatabase } from '../../support/database.ts';

/**
 * A statement that goes along with the first read: in its round trip and its transaction, ahead of
 * it, and once.
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

const spoken = (text: string, ...values: string[]) => new PiggybackQuery({ text, values });

describe.each(['with names', 'without'] as const)('%s', how => {
  const bind = (companion: PiggybackQuery) => databases[how].bind(binding, companion).db;

  test('it is said, bound as the read is, and the read answers as ever', async () => {
    for (let times = 0; times < 3; times += 1) {
      const companion = spoken('SELECT app_tenant()::text || $1 || txid_current()::text', '/');
      const read = bind(companion).tenant.findFirst({ select: { name: true } });
      expect(companion.isTaken).toBe(true);
      expect(await read).toEqual({ name: 'Tenant acme' });
      expect(await companion.result).toMatch(new RegExp(`^${binding.tenantId}/\\d+$`));
    }
  });

  test('the first read takes it, no other', async () => {
    const companion = spoken("SELECT nextval('counted')::text");
    await database.sql(`CREATE SEQUENCE IF NOT EXISTS counted; GRANT USAGE ON counted TO PUBLIC; SELECT setval('counted', 1, false)`);
    const db = bind(companion);
    await Promise.all([
      db.tenant.findFirst({ select: { name: true } }),
      db.membership.count(),
      db.membership.findMany({ select: { id: true } }),
    ]);
    expect(await companion.result).toBe('1');
  });

  test('null is said as null', async () => {
    const companion = spoken('SELECT NULL::text');
    await bind(companion).membership.count();
    expect(await companion.result).toBeNull();
  });

  test('if it fails it is known to have failed', async () => {
    const companion = spoken("SELECT (1 / length(''))::text");
    await bind(companion)
      .membership.count()
      .catch(() => {});
    await expect(companion.result).rejects.toThrow('division by zero');
  });

  test('a read that fails leaves what was said ahead of it', async () => {
    const companion = spoken("SELECT 'said'");
    const role = new URL(database.runtimeUrl).username;
    await database.sql(`REVOKE SELECT ON tombstone FROM ${role}`);
    await expect(bind(companion).tombstone.findMany()).rejects.toThrow();
    await database.sql(`GRANT SELECT ON tombstone TO ${role}`);
    expect(await companion.result).toBe('said');
  });
});

test('without a connection it fails as the read does', async () => {
  const away = openDatabase(Object.assign(new URL(database.runtimeUrl), { port: '1' }).href, { connectTimeout: 2_000 });
  const companion = spoken("SELECT 'said'");
  await expect(away.bind(binding, companion).db.membership.count()).rejects.toThrow();
  await expect(companion.result).rejects.toThrow();
  await away.close();
});
