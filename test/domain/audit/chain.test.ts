import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditBreaks } from '../../../src/database/queries/audit.ts';
import { useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';
import { waitFor } from '../../support/wait.ts';
import { type Scene, setScene } from './scene.ts';

const database = useDatabase();
const gateways = [useGateway(database), useGateway(database)] as const;
let runtime: pg.Client;
beforeAll(async () => {
  runtime = new pg.Client({ connectionString: database.runtimeUrl });
  await runtime.connect();
});
afterAll(() => runtime?.end());

const ask = async <Row>(text: string, values: readonly unknown[]) => (await runtime.query(text, [...values])).rows as Row[];

describe('A2: the log', () => {
  test('is one complete chain per tenant when 50 commands run at once on two gateways, some of them refused', async () => {
    const scenes: Scene[] = [];
    for (const gateway of gateways) scenes.push(await setScene(database, gateway));
    const [here, there] = scenes as [Scene, Scene];
    // Each gateway has an issuer of its own: its members write in its own scene, and staff of both
    // write in one.
    const writers = Array.from({ length: 50 }, (_, i) => {
      const scene = i % 2 ? here : there;
      if (i % 5 === 0) return scene.act(scene.viewer, 'renameTenant', { name: `No ${i}` });
      if (i % 5 === 1) return there.staffOf(here.tenant.id, 'staffRenameTenant', { name: `Staff there ${i}` });
      if (i % 5 === 2) return here.staffOf(here.tenant.id, 'staffRenameTenant', { name: `Staff here ${i}` });
      return scene.act(scene.owner, 'renameTenant', { name: `Name ${i}` });
    });
    const codes = (await Promise.all(writers)).map(({ code }) => code);
    expect(codes.filter(code => code === 'FORBIDDEN')).toHaveLength(10);
    expect(codes.filter(code => code === null)).toHaveLength(40);
    const logs = [await here.events(), await there.events()];
    // The first refusal of each viewer is logged, the others are counted.
    expect(logs[0]!.length + logs[1]!.length).toBe(42);
    for (const log of logs) expect(log.map(({ seq }) => seq)).toEqual(log.map((_, place) => place + 1));
    expect((await auditBreaks(ask)).breaks).toEqual([]);
    // The names follow one another as the links do: what an event says was before is what the last
    // one left.
    const names = logs[0]!.filter(({ outcome }) => outcome === 'done').map(({ before, after }) => [before, after]);
    expect(names.slice(1).map(([before]) => before)).toEqual(names.slice(0, -1).map(([, after]) => after));
  });

  test("makes a second writer wait for the first and link to the first writer's event", async () => {
    const { tenant, events } = await setScene(database, gateways[0]!);
    const insert = `INSERT INTO audit_event (id, at, actor_kind, actor_id, actor_name, action, outcome, rule, request_id)
      VALUES (gen_random_uuid(), now(), 'user', 'a', 'A', 'tenant.rename', 'done', 'S1', 'r')`;
    const begin = async (client: pg.Client) => {
      await client.query('BEGIN');
      await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenant.id]);
    };
    const second = new pg.Client({ connectionString: database.runtimeUrl });
    await second.connect();
    try {
      await begin(second);
      await second.query(`${insert}; COMMIT`);
      await begin(runtime);
      await runtime.query(insert);
      await begin(second);
      const waiting = second.query(insert);
      const blocked = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
      await waitFor(async () => expect(await database.sql(blocked)).toHaveLength(1));
      await runtime.query('COMMIT');
      await waiting;
      await second.query('COMMIT');
    } finally {
      await second.end();
    }
    expect((await events()).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect((await auditBreaks(ask)).breaks).toEqual([]);
  });

  // biome-ignore format: a table is read by its columns
  test.each([
    ['change an event',   "UPDATE audit_event SET actor_name = 'X'"],
    ['remove an event',   'DELETE FROM audit_event'],
    ['empty the log',     'TRUNCATE audit_event'],
    ['see a head',        'SELECT * FROM audit_head'],
    ['move a head',       'UPDATE audit_head SET seq = 0'],
    ['remove a head',     'DELETE FROM audit_head'],
    ['lock a head',       'SELECT FROM audit_head FOR UPDATE'],
    ['drop the trigger',  'ALTER TABLE audit_event DISABLE TRIGGER audit_event_is_chained'],
    ['bypass triggers',   "SET session_replication_role = 'replica'"],
    ['become the owner',  'SET ROLE ipto_owner'],
  ])('is append-only: the gateway’s role cannot %s', async (_what, statement) => {
    const { tenant, act, owner } = await setScene(database, gateways[0]!);
    await act(owner, 'renameTenant', { name: 'X' });
    await runtime.query('BEGIN');
    await runtime.query("SELECT set_config('app.tenant_id', $1, true)", [tenant.id]);
    await expect(runtime.query(statement)).rejects.toMatchObject({ code: '42501' });
    await runtime.query('ROLLBACK');
  });

  test('takes the position and links of an event from the database only, and rejects events for another tenant', async () => {
    const [{ tenant, events }, other] = [await setScene(database, gateways[0]!), await setScene(database, gateways[0]!)];
    const insert = `INSERT INTO audit_event (tenant_id, id, seq, at, actor_kind, actor_id, actor_name, action, outcome, rule, request_id, previous_hash, hash)
      VALUES ($1, gen_random_uuid(), 77, now(), 'user', 'a', 'A', 'tenant.rename', 'done', 'S1', 'r', '\\x00', '\\x00')`;
    await runtime.query('BEGIN');
    await runtime.query("SELECT set_config('app.tenant_id', $1, true)", [tenant.id]);
    await runtime.query(insert, [tenant.id]);
    await runtime.query('SAVEPOINT before');
    await expect(runtime.query(insert, [other.tenant.id])).rejects.toMatchObject({ code: '42501' });
    await runtime.query('ROLLBACK TO before; COMMIT');
    expect((await events()).map(({ seq }) => seq)).toEqual([1]);
    expect(await other.events()).toEqual([]);
    expect((await auditBreaks(ask)).breaks).toEqual([{ tenantId: other.tenant.id, seq: 1, fault: 'unfounded' }]);
  });
});
