import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import { afterEach, describe, expect, test } from 'vitest';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { type Binding, bound } from '../../../src/database/tenancy/binding.ts';
import { PrismaClient } from '../../../src/generated/prisma/client.ts';
import { useDatabase } from '../../support/database.ts';
import { useWorld } from '../../support/isolation/isolation.ts';

const database = useDatabase();
const world = useWorld(database);
const pools: ConnectionPool[] = [];
const taken: pg.PoolClient[] = [];
afterEach(async () => {
  for (const client of taken.splice(0)) client.release(true);
  for (const pool of pools.splice(0)) await pool.end();
});

const open = (max = 1) => {
  const pool = new ConnectionPool({ connectionString: database.runtimeUrl, max });
  pool.on('error', () => {});
  pools.push(pool);
  return pool;
};
/** A connection that goes back, and ends, with the test. */
const take = async (pool: ConnectionPool) => {
  const client = await pool.connect();
  taken.push(client);
  return client;
};
const some = (): Binding => ({ tenantId: uuid(), personId: uuid() });
const BOUND_TO = "SELECT current_setting('app.tenant_id', true) AS tenant, current_setting('app.person_id', true) AS person";
const boundTo = async (pool: ConnectionPool | pg.PoolClient) => (await pool.query(BOUND_TO)).rows[0];
const asSettings = ({ tenantId, personId }: Binding) => ({ tenant: tenantId ?? '', person: personId ?? '' });

describe('a transaction', () => {
  test.each(['BEGIN', 'begin isolation level serializable', ' \n BEGIN READ ONLY'])(
    'that starts with %j is bound as a whole',
    async begin => {
      const pool = open();
      const client = await take(pool);
      const binding = some();
      await bound(binding, async () => {
        await client.query(begin);
        expect(await boundTo(client)).toEqual(asSettings(binding));
        expect(await boundTo(client)).toEqual(asSettings(binding));
        await client.query('COMMIT');
      });
      expect(await boundTo(client)).toEqual({ tenant: '', person: '' });
    },
  );

  test('is refused to another binding, even of the same tenant, and to any when it began without', async () => {
    const client = await take(open());
    const binding = some();
    await bound(binding, () => client.query('BEGIN'));
    for (const other of [some(), { ...binding }])
      await expect(bound(other, async () => client.query(BOUND_TO))).rejects.toThrow(
        'a transaction belongs to the binding that it began under',
      );
    expect(await bound(binding, () => boundTo(client))).toEqual(asSettings(binding));
    await client.query('ROLLBACK');
    await client.query('BEGIN');
    await expect(bound(binding, async () => client.query(BOUND_TO))).rejects.toThrow('a transaction belongs to the binding');
    await client.query('ROLLBACK');
    expect(await bound(binding, () => boundTo(client))).toEqual(asSettings(binding));
  });

  test('that failed says so until it is rolled back, and leaves nothing', async () => {
    const client = await take(open());
    await bound(some(), async () => {
      await client.query('BEGIN');
      await expect(client.query('SELECT 1/0')).rejects.toMatchObject({ code: '22012' });
      await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' });
      await client.query('ROLLBACK');
    });
    expect(await boundTo(client)).toEqual({ tenant: '', person: '' });
  });

  test.each(['Serializable', 'RepeatableRead', 'ReadCommitted'] as const)(
    "of Prisma's in %s sees its tenant alone",
    async isolationLevel => {
      const prisma = new PrismaClient({ adapter: new PrismaPg(open(2) as unknown as pg.Pool) });
      const { tenantId, ownerId } = world.a;
      const seen = await bound({ tenantId, personId: ownerId }, () =>
        prisma.$transaction(
          async tx => [await tx.tenant.findMany({ select: { id: true } }), await tx.$queryRawUnsafe('SHOW transaction_isolation')],
          { isolationLevel },
        ),
      );
      const level = isolationLevel.replace(/(?<=[a-z])(?=[A-Z])/, ' ').toLowerCase();
      expect(seen).toEqual([[{ id: tenantId }], [{ transaction_isolation: level }]]);
      await prisma.$disconnect();
    },
  );
});
