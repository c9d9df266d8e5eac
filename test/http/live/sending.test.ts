import { connect } from 'node:net';
import pg from 'pg';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { STREAM_LIMITS } from '../../../src/http/live/places.ts';
import { ANY_PORT, scrape, valueIn } from '../../observe/scrape.ts';
import { startTestGateway } from '../../support/gateway.ts';
import { type Subscribed, type SubscribeOptions, subscribe } from '../../support/subscribe.ts';
import { type Actor, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

/** How events are sent: under the tenant's lock, and to connections that come and go (SPEC G8). */
const fixtures = useTenantActors({ heartbeat: 100, metrics: ANY_PORT });
let home: TenantWithMembers;
let staff: Actor;
const open: Subscribed[] = [];
beforeAll(async () => {
  home = await fixtures.home();
  staff = await fixtures.staff();
});
afterEach(() => {
  for (const subscribed of open.splice(0)) subscribed.close();
});

const follow = async (query: string, options: SubscribeOptions = {}, url = fixtures.gateway.url) => {
  const subscribed = await subscribe(url, query, { token: home.owner.token, tenant: home.tenant.id, ...options });
  open.push(subscribed);
  return subscribed;
};
const NAMES = 'subscription ($after: String) { tenantChanged(after: $after) { event { data } } }';
const rename = (name: string) => fixtures.must(home.owner, 'renameTenant', { name });
const suspend = () => fixtures.must(staff, 'staffSuspendTenant', { tenantId: home.tenant.id, reason: 'For the test' });
const resume = () => fixtures.must(staff, 'staffResumeTenant', { tenantId: home.tenant.id });
const BEGINNING = Buffer.from('0').toString('base64url');

test('S5: a suspension waits until an event that was authorized before it is handed over', async () => {
  await fixtures.must(home.owner, 'inviteMember', { email: 'ann@people.example', roles: ['VIEWER'] });
  const blocker = new pg.Client({ connectionString: fixtures.database.adminUrl });
  await blocker.connect();
  try {
    // The event is authorized, and its object can't be read yet.
    await blocker.query('BEGIN; LOCK TABLE invitation IN ACCESS EXCLUSIVE MODE');
    const subscribed = await follow('subscription { invitationChanged(after: "MA") { invitation { email } } }');
    const waiting = async (text: string) =>
      (await fixtures.database.sql('SELECT FROM pg_stat_activity WHERE wait_event_type = $1 AND query LIKE $2', ['Lock', text])).length;
    await expect.poll(() => waiting('%invitation%')).toBe(1);
    let isSuspended = false;
    const suspending = suspend().then(() => {
      isSuspended = true;
    });
    await expect.poll(() => waiting('%tenant_gate%')).toBe(1);
    expect(isSuspended).toBe(false);
    expect(subscribed.sent).toEqual([]);
    await blocker.query('COMMIT');
    await suspending;
    expect((await subscribed.next())!.data.data.invitationChanged.invitation.email).toBe('ann@people.example');
  } finally {
    await blocker.end();
    await resume();
  }
});

describe('an API key', () => {
  const keyOf = async (scopes: readonly string[]) =>
    (await fixtures.must(home.owner, 'createApiKey', { name: 'Key', scopes })) as { secret: string; apiKey: { id: string } };

  test('K2, S5: its stream ends when the tenant is suspended', async () => {
    const { secret } = await keyOf(['TENANT_READ', 'EVENT_READ']);
    const subscribed = await follow(NAMES, { token: secret });
    await rename('Before');
    expect((await subscribed.next())!.data.data.tenantChanged.event.data).toEqual({ name: 'Before' });
    await suspend();
    expect(await subscribed.ended()).toMatchObject([
      {},
      { data: { errors: [{ extensions: { code: 'TENANT_STATUS' } }] } },
      { event: 'complete' },
    ]);
    await resume();
  });

  test('K3, S5: its stream ends when it is revoked, and when it loses the scope', async () => {
    const [revoked, narrowed] = [await keyOf(['TENANT_READ']), await keyOf(['TENANT_READ', 'USAGE_READ'])];
    const [first, second] = [await follow(NAMES, { token: revoked.secret }), await follow(NAMES, { token: narrowed.secret })];
    await fixtures.must(home.owner, 'revokeApiKey', { apiKeyId: revoked.apiKey.id });
    await fixtures.must(home.owner, 'narrowApiKey', { apiKeyId: narrowed.apiKey.id, scopes: ['USAGE_READ'] });
    expect(await first.ended()).toMatchObject([{ data: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } }, { event: 'complete' }]);
    expect(await second.ended()).toMatchObject([{ data: { errors: [{ extensions: { code: 'FORBIDDEN' } }] } }, { event: 'complete' }]);
  });
});

describe('a connection', () => {
  test('that is closed frees its place; a caller has so many', async () => {
    const many = await Promise.all(Array.from({ length: STREAM_LIMITS.principal }, () => follow(NAMES)));
    const one = await follow(NAMES);
    expect(one.status).toBe(429);
    expect(one.errors).toMatchObject([{ extensions: { code: 'TOO_MANY_STREAMS', limit: STREAM_LIMITS.principal } }]);
    many[0]!.close();
    await expect.poll(async () => (await follow(NAMES)).status).toBe(200);
  });

  test('whose client reads nothing is closed, and keeps nobody waiting', async () => {
    // The owner's places may be taken still.
    const { token } = await fixtures.join(home, ['viewer']);
    const { port } = new URL(fixtures.gateway.url);
    const body = JSON.stringify({
      query: `subscription { tenantChanged(after: "${BEGINNING}") { ${Array.from({ length: 25 }, (_, n) => `a${n}: event { payload }`).join(' ')} } }`,
    });
    const socket = connect(Number(port), '127.0.0.1');
    socket.pause();
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\ncontent-type: application/json\r\nauthorization: Bearer ${token}\r\nx-tenant-id: ${home.tenant.id}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
    // Each event is sent 25 times, until the buffers of the client and the server are full.
    const name = 'N'.repeat(100);
    await fixtures.database.sql(
      `INSERT INTO event_outbox (tenant_id, id, type, subject_type, subject_id, at, audit_event_id, payload)
       SELECT $1::uuid, gen_random_uuid(), 'tenant.renamed', 'Tenant', $1::text, now(), gen_random_uuid(), json_build_object('data', repeat($2, 100))::text
       FROM generate_series(1, 200)`,
      [home.tenant.id, name],
    );
    const other = await follow(NAMES, { token });
    expect(other.status).toBe(200);
    await expect.poll(() => rename(`After ${Date.now()}`).then(() => other.sent.length)).toBeGreaterThan(0);
    await expect.poll(() => socket.resume().destroyed || socket.readableEnded).toBe(true);
    expect(valueIn(await scrape(fixtures.gateway.metricsUrl), 'ipto_streams_disconnected_total')).toBe(1);
  });

  test('is ended without a completion when the gateway stops: a client resumes elsewhere', async () => {
    const another = await startTestGateway(fixtures.database);
    const subscribed = await follow(NAMES, { token: await another.tokenOf(home.owner.person) }, another.url);
    await another.stop();
    expect(await subscribed.ended()).toEqual([]);
    expect(subscribed.isCut()).toBe(false);
  });
});
