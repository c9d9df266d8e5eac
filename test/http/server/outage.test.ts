import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../../support/database.ts';
import { startProxy } from './proxy.ts';
import { type Served, serve } from './serve.ts';

const database = useDatabase();
let proxy: Awaited<ReturnType<typeof startProxy>>;
let gateway: Served;
let token: string;
beforeAll(async () => {
  proxy = await startProxy(database.runtimeUrl);
  gateway = await serve({ databaseUrl: proxy.url });
  const { person, tenant } = fixtures(database);
  const ann = await person('Ann');
  await tenant('north', ann);
  token = await gateway.tokens.sign({ sub: ann.subject });
});
afterAll(async () => {
  await gateway?.stop();
  await proxy?.shut();
});

const TENANT = '{ tenant { slug } }';
const RENAME = 'mutation { renameTenant(input: { name: "Renamed" }) { tenant { name } } }';
const ready = async () => (await fetch(`${gateway.url}/readyz`)).status;
const works = async () => (await gateway.ask(TENANT, { token })).data?.tenant?.slug;

describe('while the database is gone', () => {
  test('requests are UNAVAILABLE, the gateway is alive but not ready, and it recovers with the database', async () => {
    expect(await works()).toBe('north');
    await proxy.shut();
    expect(await ready()).toBe(503);
    expect((await fetch(`${gateway.url}/livez`)).status).toBe(200);
    const whole = await gateway.ask(TENANT, { token, headers: { 'x-request-id': 'gone' } });
    expect({ status: whole.status, retry: whole.headers.get('retry-after'), errors: whole.errors }).toEqual({
      status: 503,
      retry: '1',
      errors: [{ message: 'The database is out of reach or too slow. Try again.', extensions: { code: 'UNAVAILABLE', requestId: 'gone' } }],
    });
    const field = await gateway.ask('{ plans { code } }');
    expect(field.errors).toMatchObject([{ path: ['plans'], extensions: { code: 'UNAVAILABLE' } }]);
    expect((await gateway.ask('{ __typename }')).data).toEqual({ __typename: 'Query' });
    expect(whole.text + field.text).not.toMatch(/ECONN|127\.0\.0\.1|prisma|password/i);
    await proxy.open();
    await expect.poll(ready, { timeout: 30_000 }).toBe(200);
    expect(await works()).toBe('north');
  });

  test('a statement whose connection is cut is UNAVAILABLE on its field, is rolled back, and the next statement succeeds', async () => {
    const other = new pg.Client({ connectionString: database.adminUrl });
    await other.connect();
    try {
      await other.query('BEGIN; SELECT FROM tenant FOR UPDATE');
      const waiting = gateway.ask(RENAME, { token });
      const blocked = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
      await expect.poll(() => database.sql(`SELECT pid ${blocked}`), { timeout: 30_000 }).toHaveLength(1);
      await database.sql(`SELECT pg_terminate_backend(pid) ${blocked}`);
      const { status, data, errors } = await waiting;
      expect({ status, data }).toEqual({ status: 200, data: { renameTenant: null } });
      expect(errors).toMatchObject([{ path: ['renameTenant'], extensions: { code: 'UNAVAILABLE' } }]);
      await other.query('ROLLBACK');
    } finally {
      await other.end();
    }
    expect(await database.sql('SELECT name FROM tenant')).toEqual([{ name: 'Tenant north' }]);
    expect((await gateway.ask(RENAME, { token })).errors).toEqual([]);
  });

  test('idle connections that are cut fail at most one request each', async () => {
    expect(await works()).toBe('north');
    await database.sql(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'ipto-gateway'",
    );
    await expect.poll(works, { timeout: 30_000 }).toBe('north');
    expect(await ready()).toBe(200);
  });
});
