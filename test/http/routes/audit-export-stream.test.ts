import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { append } from '../../domain/audit/chains.ts';
import { fixtures, type Member, type Tenant, useDatabase } from '../../support/database.ts';
import { waitFor } from '../../support/wait.ts';
import { useServer } from '../server/serve.ts';

const EVENTS = 100_000;

const database = useDatabase();
const gateway = useServer(database);
let tenant: Tenant;
let admin: Member;
let token: string;
beforeAll(async () => {
  const make = fixtures(database);
  tenant = await make.tenant('long-log', await make.person('Olga'));
  // The links are of no matter here, and making so many takes long.
  await database.sql(`BEGIN; SET LOCAL session_replication_role = replica;
    INSERT INTO audit_event (tenant_id, id, seq, at, actor_kind, actor_id, actor_name, action, outcome, rule, state_after, request_id, previous_hash, hash)
    SELECT '${tenant.id}', gen_random_uuid(), n, timestamptz '2026-01-01' + n * interval '1 s', 'user', 'a', 'Ada', 'tenant.rename', 'done', 'S1',
      jsonb_build_object('name', repeat('x', 400)), 'r' || n, '', '' FROM generate_series(1, ${EVENTS}) n;
    INSERT INTO audit_head VALUES ('${tenant.id}', ${EVENTS}, ''); COMMIT; ANALYZE audit_event`);
});
beforeEach(async () => {
  const make = fixtures(database);
  await database.sql(`DELETE FROM membership WHERE tenant_id = '${tenant.id}' AND NOT 'owner' = ANY (roles)`);
  admin = await make.member(tenant, await make.person(`Adam ${Math.random()}`), ['admin']);
  token = await gateway.tokens.sign({ sub: admin.person.subject });
});

/** An export whose answer has begun, and is not read yet. */
const begin = (query = '?format=jsonl') =>
  new Promise<IncomingMessage>((resolve, reject) => {
    const request = get(`${gateway.url}/audit/export${query}`, { headers: { authorization: `Bearer ${token}` }, agent: false }, resolve);
    request.on('error', reject);
  });

/** Reads on to the end, or to the fault that ends it. */
async function readOn(response: IncomingMessage) {
  let text = '';
  try {
    for await (const chunk of response) text += chunk;
    return { text, fault: null, complete: response.complete };
  } catch (error) {
    return { text, fault: (error as NodeJS.ErrnoException).code, complete: response.complete };
  }
}
const sequences = (text: string) =>
  text
    .slice(0, text.lastIndexOf('\n'))
    .split('\n')
    .map(line => JSON.parse(line).sequence as number);
const upTo = (last: number) => Array.from({ length: last }, (_, place) => place + 1);

/** Waits until the gateway asks the database for nothing any more. */
async function quiet(): Promise<void> {
  const last =
    "SELECT max(state_change)::text AS at, coalesce(bool_or(state = 'active'), false) AS busy FROM pg_stat_activity WHERE usename = $1 AND datname = current_database()";
  let [before, same] = ['', 0];
  await waitFor(async () => {
    const [{ at, busy } = { at: '', busy: true }] = await database.sql<{ at: string; busy: boolean }>(last, [roleOf()]);
    same = at === before && !busy ? same + 1 : 0;
    before = at;
    if (same < 15) throw new Error('still reading');
  }, 100);
}

/**
 * Rows of the log that the database has given out, once it gives no more. A connection tells its
 * count when it ends.
 */
async function givenOut(): Promise<number> {
  await quiet();
  await database.sql('SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = $1 AND datname = current_database()', [
    roleOf(),
  ]);
  const [row] = await database.sql<{ read: string }>(
    "SELECT sum(idx_tup_fetch + seq_tup_read)::bigint AS read FROM pg_stat_user_tables WHERE relname LIKE 'audit\\_event\\___'",
  );
  return Number(row!.read);
}

describe('an export of 100,000 events', () => {
  test('is complete and in order', async () => {
    const { text, complete } = await readOn(await begin());
    expect(complete).toBe(true);
    expect(sequences(text)).toEqual(upTo(EVENTS));
  });

  test('is complete as CSV, over several pages, with one header', async () => {
    const { text, complete } = await readOn(await begin('?format=csv&from=2026-01-02T00:00:00Z&until=2026-01-02T01:00:00Z'));
    expect(complete).toBe(true);
    const [header, ...rows] = text.split('\r\n').slice(0, -1);
    expect(header).toMatch(/^id,sequence,/);
    expect(rows.map(row => Number(row.split(',')[1]))).toEqual(Array.from({ length: 3_600 }, (_, place) => 86_400 + place));
  });

  test('is read only as fast as the client receives, and stops when the client disconnects', { timeout: 240_000 }, async () => {
    const before = await givenOut();
    const response = await begin();
    const stalled = (await givenOut()) - before;
    expect(stalled).toBeGreaterThan(0);
    expect(stalled).toBeLessThan(EVENTS / 4);
    response.destroy();
    await expect.poll(() => gateway.lines().at(-1)).toMatchObject({ msg: 'request', path: '/audit/export', status: null });
    expect((await givenOut()) - before).toBeLessThan(EVENTS / 4);
    expect(gateway.lines().filter(({ msg }) => msg === 'an export failed after its first byte')).toEqual([]);
  });

  test('contains the log as of its beginning', async () => {
    const response = await begin('?format=jsonl&from=2026-01-01T20:00:00Z');
    await append(database, tenant.id, EVENTS + 1, EVENTS + 5);
    const { text, complete } = await readOn(response);
    expect({ complete, last: sequences(text).at(-1) }).toEqual({ complete: true, last: EVENTS });
    await database.sql(`DELETE FROM audit_event WHERE seq > ${EVENTS}`);
    await database.sql(`UPDATE audit_head SET seq = ${EVENTS}`);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, () => string, () => string]>([
    ['R7: the role is removed',     () => `UPDATE membership SET roles = '{viewer}' WHERE id = '${admin.id}'`, () => 'SELECT'],
    ['R7: the member is removed',   () => `DELETE FROM membership WHERE id = '${admin.id}'`,                   () => 'SELECT'],
    ['S5: the tenant is deleted',   () => `SET session_replication_role = replica; UPDATE tenant SET status = 'deleted'; RESET session_replication_role`,
                                    () => `SET session_replication_role = replica; UPDATE tenant SET status = 'active'; RESET session_replication_role`],
    ['the database fails',          () => `REVOKE SELECT ON audit_event FROM ${roleOf()}`,                     () => `GRANT SELECT ON audit_event TO ${roleOf()}`],
  ])('%s meanwhile: the connection is reset, so that a part never looks complete', async (_what, change, back) => {
    const response = await begin();
    await database.sql(change());
    const { text, fault, complete } = await readOn(response);
    await database.sql(back());
    expect({ fault, complete }).toEqual({ fault: 'ECONNRESET', complete: false });
    const got = sequences(text);
    expect(got.length).toBeLessThan(EVENTS);
    expect(got).toEqual(upTo(got.length));
    expect(gateway.lines().filter(({ msg }) => msg === 'an export failed after its first byte')).not.toEqual([]);
    expect((await readOn(await begin('?format=jsonl&until=2026-01-01T00:00:05Z'))).text).not.toContain('"sequence":5');
  });

  test('an HTTP/1.0 client, which takes a closed connection for the end, sees a reset', async () => {
    const curl = await startCurl();
    await database.sql(`DELETE FROM membership WHERE id = '${admin.id}'`);
    const { code, text } = await curl.finish();
    expect({ code, head: text.slice(0, 15) }).toEqual({ code: RECEIVE_FAILED, head: 'HTTP/1.1 200 OK' });
  });

  test('an HTTP/1.0 client sees a complete export end without an error', async () => {
    const { code, text } = await (await startCurl()).finish();
    expect(code).toBe(0);
    expect(text.slice(text.indexOf('\r\n\r\n')).trim().split('\r\n')).toHaveLength(1 + EVENTS);
  });
});

/** curl's exit code where the connection was reset. */
const RECEIVE_FAILED = 56;

/**
 * Starts an export to curl, which reports a reset: Node's own client takes a reset that follows
 * data for the end of the stream. The export waits, half sent, until `finish` reads it.
 */
async function startCurl() {
  const args = ['--http1.0', '--noproxy', '*', '--silent', '--no-buffer', '--include', '--header', `authorization: Bearer ${token}`];
  const curl = spawn('curl', [...args, `${gateway.url}/audit/export?format=csv`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = new Promise<number | null>((resolve, reject) => {
    curl.once('close', resolve);
    curl.once('error', cause => reject(new Error('This test needs curl: apt-get install curl', { cause })));
  });
  await Promise.race([once(curl.stdout, 'readable'), closed]);
  const finish = async () => {
    let text = '';
    for await (const chunk of curl.stdout) text += chunk;
    return { text, code: await closed };
  };
  return { finish };
}

const roleOf = () => new URL(database.runtimeUrl).username;
