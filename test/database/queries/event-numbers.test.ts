import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { KEPT_DAYS } from '../../../src/domain/event/types.ts';
import { fixtures, type Tenant, useDatabase } from '../../support/database.ts';

/** How committed events get their numbers (SPEC E1). */
const database = useDatabase();
const clients: pg.Client[] = [];
let tenants: Tenant[];
beforeAll(async () => {
  const rows = fixtures(database);
  const owner = await rows.person('Olga');
  tenants = [await rows.tenant('acme', owner), await rows.tenant('east', owner)];
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.end();
  await database.sql('TRUNCATE event_outbox, event, event_head');
});

/** A connection as the gateway's role, bound to a tenant or to nobody. */
async function connect(tenant?: Tenant): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.runtimeUrl });
  await client.connect();
  clients.push(client);
  if (tenant) await client.query("SELECT set_config('app.tenant_id', $1, false)", [tenant.id]);
  return client;
}

const write = (client: pg.Client, name: string) =>
  client.query(
    `INSERT INTO event_outbox (id, type, subject_type, subject_id, at, audit_event_id, payload)
     VALUES (gen_random_uuid(), 'tenant.renamed', 'Tenant', 'x', now(), gen_random_uuid(), $1)`,
    [name],
  );
const number = async (client: pg.Client): Promise<number | null> =>
  (await client.query('SELECT crossing_number_events(500) AS numbered')).rows[0].numbered;

type Row = { tenant: string; seq: number; position: bigint; payload: string; digest: Buffer; hash: Buffer };
const events = (tenant: Tenant) =>
  database.sql<Row>('SELECT seq, position, payload, digest, hash FROM event WHERE tenant_id = $1 ORDER BY seq', [tenant.id]);
const payloads = async (tenant: Tenant) => (await events(tenant)).map(({ payload }) => payload);

describe('a change', () => {
  test('that commits late gets a later number: none is skipped', async () => {
    const [early, late, numberer] = [await connect(tenants[0]), await connect(tenants[0]), await connect()];
    await late.query('BEGIN');
    await write(late, 'late');
    await write(early, 'early');
    expect(await number(numberer)).toBe(1);
    expect(await payloads(tenants[0]!)).toEqual(['early']);
    await late.query('COMMIT');
    expect(await number(numberer)).toBe(1);
    expect(await payloads(tenants[0]!)).toEqual(['early', 'late']);
  });

  test('that is rolled back leaves no event and no gap', async () => {
    const [client, numberer] = [await connect(tenants[0]), await connect()];
    await client.query('BEGIN');
    await write(client, 'no');
    await client.query('ROLLBACK');
    await write(client, 'yes');
    await number(numberer);
    expect(await events(tenants[0]!)).toMatchObject([{ seq: 1, payload: 'yes' }]);
  });

  test('waits for no other change of its tenant, nor for the numbering', async () => {
    const [first, second, numberer] = [await connect(tenants[0]), await connect(tenants[0]), await connect()];
    for (const client of [first, second]) await client.query("SET lock_timeout = '1ms'");
    await numberer.query('BEGIN');
    await write(first, 'before');
    await number(numberer);
    await first.query('BEGIN');
    await write(first, 'open');
    await write(second, 'beside');
    await first.query('COMMIT');
    await numberer.query('COMMIT');
  });
});

describe('the numbering', () => {
  test('is done by one at a time', async () => {
    const [one, other, writer] = [await connect(), await connect(), await connect(tenants[0])];
    await write(writer, 'event');
    await one.query('BEGIN');
    expect(await number(one)).toBe(1);
    expect(await number(other)).toBeNull();
    await one.query('COMMIT');
    expect(await number(other)).toBe(0);
  });

  test('leaves no gap in any tenant, and each hash follows from the one before, with many that write and number at once', async () => {
    const writers = await Promise.all([...tenants, ...tenants, ...tenants].map(tenant => connect(tenant)));
    const numberers = [await connect(), await connect()];
    let isOver = false;
    const numbering = numberers.map(async client => {
      while (!isOver) await number(client);
    });
    await Promise.all(
      writers.map(async client => {
        for (let n = 0; n < 20; n += 1) {
          await client.query('BEGIN');
          await write(client, randomUUID());
          await client.query(Math.random() < 0.2 ? 'ROLLBACK' : 'COMMIT');
        }
      }),
    );
    isOver = true;
    await Promise.all(numbering);
    await number(numberers[0]!);
    expect(await database.sql('SELECT FROM event_outbox')).toEqual([]);
    for (const tenant of tenants) {
      const rows = await events(tenant);
      expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
      let previous = Buffer.alloc(32);
      for (const { seq, digest, hash } of rows) {
        const counted = Buffer.alloc(4);
        counted.writeInt32BE(seq);
        previous = createHash('sha256')
          .update(Buffer.concat([counted, previous, digest]))
          .digest();
        expect(hash).toEqual(previous);
      }
    }
    const positions = await database.sql<{ position: string }>('SELECT position FROM event ORDER BY position');
    expect(new Set(positions.map(({ position }) => position)).size).toBe(positions.length);
  });

  test('gives positions that are visible in their order', async () => {
    const [follower, numberer, writer] = [await connect(), await connect(), await connect(tenants[0])];
    const eventsAfter = async (position: string) =>
      (await follower.query('SELECT event_position FROM crossing_events_after($1, 100)', [position])).rows.map(row => row.event_position);
    await write(writer, 'first');
    await number(numberer);
    const [first] = await eventsAfter('0');
    await write(writer, 'second');
    await numberer.query('BEGIN');
    await number(numberer);
    expect(await eventsAfter(first)).toEqual([]);
    await numberer.query('COMMIT');
    expect(await eventsAfter(first)).toHaveLength(1);
  });
});

describe("the gateway's role", () => {
  test('reads no event of another tenant, and changes none', async () => {
    const [writer, other, numberer] = [await connect(tenants[0]), await connect(tenants[1]), await connect()];
    await write(writer, 'mine');
    await number(numberer);
    expect((await other.query('SELECT FROM event')).rows).toEqual([]);
    expect((await other.query('SELECT FROM event_head')).rows).toEqual([]);
    for (const statement of ["UPDATE event SET payload = 'x'", 'DELETE FROM event', 'DELETE FROM event_head', 'SELECT FROM event_outbox'])
      await expect(writer.query(statement)).rejects.toMatchObject({ code: '42501' });
    await expect(
      writer.query(
        `INSERT INTO event_outbox (tenant_id, id, type, subject_type, subject_id, at, audit_event_id, payload)
         VALUES ($1, gen_random_uuid(), 't', 's', 'x', now(), gen_random_uuid(), 'x')`,
        [tenants[1]!.id],
      ),
    ).rejects.toMatchObject({ code: '42501' });
  });

  test('has no access to a partition, nor has anybody else', async () => {
    const client = await connect(tenants[0]);
    const partitions = await database.sql<{ name: string; isForced: boolean }>(
      `SELECT relname::text AS name, relrowsecurity AND relforcerowsecurity AS "isForced" FROM pg_class
       WHERE relnamespace = 'event_day'::regnamespace AND relkind = 'r'`,
    );
    expect(partitions.length).toBeGreaterThan(2);
    for (const { name, isForced } of partitions) {
      expect(isForced).toBe(true);
      await expect(client.query(`SELECT FROM event_day.${name}`)).rejects.toMatchObject({ code: '42501' });
    }
    const { name: runtime } = inject('cluster').runtime;
    expect(await database.sql("SELECT has_schema_privilege($1, 'event_day', 'USAGE') AS uses", [runtime])).toEqual([{ uses: false }]);
  });
});

describe('the days', () => {
  const names = async () =>
    (
      await database.sql<{ name: string }>(
        "SELECT relname::text AS name FROM pg_class WHERE relnamespace = 'event_day'::regnamespace AND relkind = 'r' ORDER BY 1",
      )
    ).map(({ name }) => name);
  const dayName = async (days: number) =>
    (await database.sql<{ name: string }>(`SELECT event_day_name((now() AT TIME ZONE 'UTC')::date + $1::int) AS name`, [days]))[0]!.name;

  test(`that are older than ${KEPT_DAYS} are dropped, and the next are there before they are needed`, async () => {
    for (const days of [-KEPT_DAYS - 1, -KEPT_DAYS, -1])
      await database.sql(`SET ROLE ipto_owner; SELECT add_event_day((now() AT TIME ZONE 'UTC')::date + ${days}); RESET ROLE`);
    const [gone, kept] = [await dayName(-KEPT_DAYS - 1), await dayName(-KEPT_DAYS)];
    expect(await names()).toContain(gone);
    const client = await connect();
    await client.query('SELECT crossing_rotate_events($1)', [KEPT_DAYS]);
    expect(await names()).not.toContain(gone);
    expect(await names()).toEqual(expect.arrayContaining([kept, await dayName(0), await dayName(1), await dayName(2)]));
  });

  test('are made by the numbering where nobody made them', async () => {
    const today = await dayName(0);
    await database.sql(`DROP TABLE event_day.${today}`);
    const [writer, numberer] = [await connect(tenants[0]), await connect()];
    await write(writer, 'event');
    expect(await number(numberer)).toBe(1);
    expect(await names()).toContain(today);
  });

  test('a partition that is in use is dropped later, and nobody waits for it', async () => {
    const old = await dayName(-KEPT_DAYS - 5);
    await database.sql(`SET ROLE ipto_owner; SELECT add_event_day((now() AT TIME ZONE 'UTC')::date - ${KEPT_DAYS + 5}); RESET ROLE`);
    const [reader, client] = [await connect(tenants[0]), await connect()];
    await reader.query('BEGIN');
    await reader.query('SELECT FROM event');
    expect((await client.query('SELECT crossing_rotate_events($1) AS dropped', [KEPT_DAYS])).rows).toEqual([{ dropped: 0 }]);
    await reader.query('COMMIT');
    expect((await client.query('SELECT crossing_rotate_events($1) AS dropped', [KEPT_DAYS])).rows).toEqual([{ dropped: 1 }]);
    expect(await names()).not.toContain(old);
  });
});
