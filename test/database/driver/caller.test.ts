import { afterAll, beforeAll, expect, test } from 'vitest';
import { Caller } from '../../../src/database/driver/caller.ts';
import { encodeParameters } from '../../../src/database/driver/message.ts';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { useDatabase } from '../../support/database.ts';

const database = useDatabase();
let pool: ConnectionPool;
beforeAll(() => {
  pool = new ConnectionPool({ connectionString: database.runtimeUrl, max: 1, applicationName: 'caller-test' });
});
afterAll(() => pool.end());

const observedBy = (caller: Caller) => ({ caller, statement: () => {} });
const active = () =>
  database.sql<{ pid: number; query: string }>(
    "SELECT pid, query FROM pg_stat_activity WHERE application_name = 'caller-test' AND datname = current_database() AND state = 'active'",
  );
const runs = (text: string) =>
  expect.poll(async () => (await active()).some(({ query }) => query.includes(text)), { interval: 10 }).toBe(true);
const pid = async () => (await pool.query({ text: 'SELECT pg_backend_pid() AS pid', values: [] })).rows[0].pid;
const bound = (tenant: string) => ({
  text: "SELECT set_config('app.tenant_id', $1, true)",
  name: '',
  owner: null,
  parameters: encodeParameters([tenant]),
});
const TENANT = { text: "SELECT current_setting('app.tenant_id')", values: [] };
const SLOW = { text: "SELECT current_setting('app.tenant_id') FROM pg_sleep(0.3)", values: [] };

test.each(['query', 'read'] as const)('a %s that has its connection alone is canceled when its caller leaves', async kind => {
  const caller = new Caller();
  const before = await pid();
  const statement = { text: 'SELECT 1 FROM pg_sleep(600)', values: [] };
  const observer = observedBy(caller);
  const running = kind === 'query' ? pool.query(statement, undefined, observer) : pool.read(statement, { observer });
  const ended = expect(running).rejects.toMatchObject({ code: '57014' });
  await runs('pg_sleep(600)');
  caller.leave();
  await ended;
  expect(await active()).toEqual([]);
  expect(await pid()).not.toBe(before); // a late cancel would end somebody else's statement
});

test('a caller who left gets no connection, and those behind it are served', async () => {
  const [first, gone] = [new Caller(), new Caller()];
  const running = pool.query({ text: 'SELECT 1 FROM pg_sleep(600)', values: [] }, undefined, observedBy(first)).catch(error => error.code);
  await runs('pg_sleep(600)');
  const waiting = pool.query({ text: 'SELECT 1 FROM pg_sleep(601)', values: [] }, undefined, observedBy(gone)).catch(error => error.name);
  const behind = pid();
  gone.leave();
  first.leave();
  expect([await running, await waiting]).toEqual(['57014', 'CallerLeftError']);
  expect(await behind).toBeGreaterThan(0);
  expect(await pool.read(TENANT, { observer: observedBy(gone) }).catch(error => error.name)).toBe('CallerLeftError');
});

test('T4: a caller who leaves ends no read of another tenant on the same connection', async () => {
  const caller = new Caller();
  const read = (tenant: string, by: Caller) => pool.read<string>(SLOW, { quick: true, prelude: bound(tenant), observer: observedBy(by) });
  // each of the two handles of the connection gets reads of both
  const order = ['one', 'one', 'two', 'two', 'one', 'one', 'two', 'two'];
  const all = order.map(tenant => read(tenant, tenant === 'one' ? caller : new Caller()));
  await runs('pg_sleep(0.3)');
  const { connections, reads } = pool.pipelines;
  expect(reads).toBeGreaterThan(2 * connections);
  caller.leave();
  // the handle that has no connection yet sends none of the reads of a caller who left
  const answers = await Promise.all(all.map(read => read.then(({ rows }) => rows[0]).catch(error => error.name)));
  expect(answers.filter(answer => answer === 'two')).toHaveLength(4);
  expect([answers[0], answers[4]].sort()).toEqual(['one', 'one']);
});

test('a pipelined read is bounded by the time limit of a statement, and leaves the connection usable', async () => {
  const { username } = new URL(database.runtimeUrl);
  await database.sql(`ALTER ROLE ${username} IN DATABASE ${database.name} SET statement_timeout = '500ms'`);
  const limited = new ConnectionPool({ connectionString: database.runtimeUrl, max: 1, applicationName: 'caller-test' });
  const caller = new Caller();
  const slow = limited.read({ text: 'SELECT 1 FROM pg_sleep(600)', values: [] }, { quick: true, observer: observedBy(caller) });
  const others = [1, 2, 3].map(() => limited.read<string>(TENANT, { quick: true, prelude: bound('two') }));
  await runs('pg_sleep(600)');
  caller.leave();
  await expect(slow).rejects.toMatchObject({ code: '57014', message: expect.stringContaining('statement timeout') });
  expect((await Promise.all(others)).map(({ rows }) => rows[0])).toEqual(['two', 'two', 'two']);
  await limited.end();
});

test('pipelined reads are canceled once all their callers have left, and the connection is not used again', async () => {
  const before = await pid();
  const callers = Array.from({ length: 6 }, () => new Caller());
  const statement = { text: 'SELECT 1 FROM pg_sleep(600)', values: [] };
  const all = callers.map(caller => pool.read(statement, { quick: true, observer: observedBy(caller) }).catch(error => error.code));
  await runs('pg_sleep(600)');
  for (const caller of callers) caller.leave();
  expect(await Promise.all(all)).toEqual(callers.map(() => '57014'));
  expect(await active()).toEqual([]);
  expect(await pid()).not.toBe(before);
});

test('a read that was not sent yet is dropped when its caller leaves, and ends none of those beside it', async () => {
  const busy = pool.query({ text: 'SELECT 1 FROM pg_sleep(0.3)', values: [] });
  await runs('pg_sleep(0.3)');
  const gone = new Caller();
  const read = (by: Caller) => pool.read<string>(SLOW, { quick: true, prelude: bound('two'), observer: observedBy(by) });
  const others = [read(new Caller()), read(new Caller())];
  const dropped = [read(gone), read(gone)].map(each => each.catch(error => error.name));
  gone.leave();
  expect(await Promise.all(dropped)).toEqual(['CallerLeftError', 'CallerLeftError']);
  expect((await Promise.all(others)).map(({ rows }) => rows[0])).toEqual(['two', 'two']);
  await busy;
  expect(await pid()).toBeGreaterThan(0);
});
