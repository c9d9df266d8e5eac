import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newSecret } from '../../src/domain/api-key/secret.ts';
import type { Answer } from '../support/gateway.ts';
import { type Keys, keysOf, type MadeKey } from '../support/keys.ts';
import { type Home, type Life, startLife } from '../support/tenant-life.ts';

let life: Life;
let keys: Keys;
let home: Home;
let key: MadeKey;
beforeAll(async () => {
  life = await startLife();
  keys = keysOf(life);
});
afterAll(() => life?.stop());
beforeEach(async () => {
  home = await life.home();
  key = await keys.make(home.owner, ['tenant:read', 'usage:read']);
});

const ME = '{ viewer { principal name email membership { slug } memberships { slug } permissions } tenant { slug } }';
/** An answer without what is its own: the request id. */
const bare = ({ status, text, headers }: Answer) => ({
  status,
  text: text.replaceAll(headers.get('x-request-id')!, '<request id>'),
  headers: Object.fromEntries([...headers].filter(([name]) => !['x-request-id', 'date'].includes(name))),
});
const usedAt = async () => (await keys.row(key)).last_used_at as Date | null;
/** When the use was noted, which is beside the request. */
async function noted(): Promise<Date> {
  for (;;) {
    const at = await usedAt();
    if (at) return at;
    await sleep(5);
  }
}

describe('a request with an API key', () => {
  test('T2, T3: acts in the key’s tenant with what its scopes name, as the key and nobody else', async () => {
    const { status, data, errors } = await keys.ask(key.secret, ME);
    expect([status, errors]).toEqual([200, []]);
    expect(data).toEqual({
      viewer: {
        principal: 'API_KEY',
        name: 'Nightly',
        email: null,
        membership: null,
        memberships: [],
        permissions: ['tenant:read', 'usage:read'],
      },
      tenant: { slug: home.tenant.slug },
    });
  });

  test('G2: what its scopes don’t name is refused with the scope that would do, and the rest stands', async () => {
    const { data, errors } = await keys.ask(key.secret, '{ tenant { slug memberCount apiKeyUse { used } } }');
    expect(data).toEqual({ tenant: { slug: home.tenant.slug, memberCount: null, apiKeyUse: null } });
    expect(errors.map(({ message, extensions }) => [message, extensions.because, extensions.code])).toEqual([
      ['This API key does not carry member:count.', 'KEY_SCOPE', 'FORBIDDEN'],
      ['This API key does not carry plan:read.', 'KEY_SCOPE', 'FORBIDDEN'],
    ]);
  });

  test('K1: a scope in its row that no key may carry, or that is no permission any more, opens nothing', async () => {
    await life.database.sql("UPDATE api_key SET scopes = '{tenant:read,member:count,audit:read,plan:read,gone:long-since}' WHERE id = $1", [
      key.row,
    ]);
    const { data, errors } = await keys.ask(
      key.secret,
      `{ viewer { permissions } tenant { slug memberCount auditEvents { totalCount } } }`,
    );
    expect(data).toEqual({
      viewer: { permissions: ['tenant:read'] },
      tenant: { slug: home.tenant.slug, memberCount: null, auditEvents: null },
    });
    expect(errors.map(({ extensions }) => extensions.because)).toEqual(['KEY_SCOPE', 'KEY_SCOPE']);
  });

  test('K1: administration is closed to it, and the refusal is in the log under the key’s name', async () => {
    for (const mutation of ['renameTenant(input: { name: "New" })', `revokeApiKey(input: { apiKeyId: "${key.id}" })`]) {
      const { errors } = await keys.ask(key.secret, `mutation { ${mutation} { __typename } }`);
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', because: 'KEY_SCOPE' } }]);
    }
    expect(
      await life.database.sql(
        "SELECT actor_kind, actor_id, actor_name, action, code FROM audit_event WHERE actor_kind = 'api_key' ORDER BY seq",
      ),
    ).toEqual([
      { actor_kind: 'api_key', actor_id: key.row, actor_name: 'Nightly', action: 'tenant.rename', code: 'FORBIDDEN' },
      { actor_kind: 'api_key', actor_id: key.row, actor_name: 'Nightly', action: 'api_key.revoke', code: 'FORBIDDEN' },
    ]);
  });

  test('K1, A3: the audit log is not exported to it', async () => {
    const headers = { authorization: `Bearer ${key.secret}` };
    const response = await fetch(`${life.gateway.url}/audit/export?format=jsonl`, { headers });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { because: 'KEY_SCOPE', permission: 'audit:read' } }] });
  });

  test('T2: it founds no tenant and accepts no invitation', async () => {
    for (const mutation of ['createTenant(input: { name: "Mine" })', 'acceptInvitation(input: { code: "ipto_invite_x" })']) {
      const { errors } = await keys.ask(key.secret, `mutation { ${mutation} { __typename } }`);
      expect(errors).toMatchObject([{ extensions: { because: 'KEY_SCOPE' } }]);
    }
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, () => string, number]>([
    ['its id',                 () => home.tenant.id,                 200],
    ['its slug',               () => home.tenant.slug,               200],
    ['its slug in capitals',   () => home.tenant.slug.toUpperCase(), 200],
    ['another’s id',           () => other.id,                       400],
    ['another’s slug',         () => other.slug,                     400],
    ['nothing that could be',  () => randomUUID(),                   400],
    ['no name at all',         () => 'no name',                      400],
  ])('T3: beside a key, X-Tenant-Id names %s', async (_what, name, status) => {
    const answer = await keys.ask(key.secret, '{ tenant { slug } }', { 'x-tenant-id': name() });
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.data).toEqual({ tenant: { slug: home.tenant.slug } });
    else expect(answer.errors).toMatchObject([{ extensions: { code: 'TENANT_CONFLICT' } }]);
  });
  let other: Home['tenant'];
  beforeEach(async () => {
    other = (await life.home()).tenant;
  });

  test('T4: it reaches nothing of another tenant: not by id, and not by the key’s own bytes with another tenant’s in them', async () => {
    const elsewhere = await life.home();
    const theirs = await keys.make(elsewhere.owner);
    const id = Buffer.from(`Tenant:${elsewhere.tenant.id}`).toString('base64url');
    const { data } = await keys.ask(key.secret, `{ node(id: "${id}") { id } nodes(ids: ["${id}"]) { id } }`);
    expect(data).toEqual({ node: null, nodes: [null] });
    const [mine, their] = [key, theirs].map(({ secret }) => Buffer.from(secret.slice(5), 'base64url'));
    const crossed = Buffer.concat([mine!.subarray(0, 16), their!.subarray(16, 32), mine!.subarray(32)]);
    expect((await keys.ask(`ipto_${crossed.toString('base64url')}`)).status).toBe(401);
  });
});

describe('what is no key', () => {
  const other = (secret: string, from: number, to = 64) => {
    const bytes = Buffer.from(secret.slice(5), 'base64url');
    return `ipto_${Buffer.concat([bytes.subarray(0, from), randomBytes(to - from), bytes.subarray(to)]).toString('base64url')}`;
  };
  // biome-ignore format: a table is read by its columns
  const WAYS: Readonly<Record<string, () => string | Promise<string>>> = {
    'malformed':                            () => 'ipto_nothing',
    'a key that is cut short':              () => key.secret.slice(0, -4),
    'an id that nothing has':               () => other(key.secret, 0, 16),
    'a tenant that nothing is':             () => other(key.secret, 16, 32),
    'neither':                              () => newSecret({ id: randomUUID(), tenantId: randomUUID() }).text,
    'a wrong secret':                       () => other(key.secret, 32),
    'a secret that is wrong in a byte':     () => other(key.secret, 63),
    'the secret of another key':            async () => Buffer.concat([Buffer.from(key.secret.slice(5), 'base64url').subarray(0, 32),
                                                    Buffer.from((await keys.make(home.owner)).secret.slice(5), 'base64url').subarray(32)]).toString('base64url').replace(/^/, 'ipto_'),
    'revoked':                              async () => { await life.must(home.owner, 'revokeApiKey', { apiKeyId: key.id }); return key.secret; },
    'expired':                              async () => { const soon = new Date(life.gateway.clock.now().getTime() + 60_000).toISOString();
                                                          const { secret } = await keys.make(home.owner, ['tenant:read'], { expiresAt: soon });
                                                          life.gateway.clock.advance({ minutes: 1 }); return secret; },
    'rotated away':                         async () => { await life.must(home.owner, 'rotateApiKey', { apiKeyId: key.id, overlapMinutes: 0 }); return key.secret; },
    'of a deleted tenant':                  async () => { await life.make.setStatus(home.tenant, 'deleted'); return key.secret; },
    'of a tenant that is gone':             async () => { const gone = await life.home(); const { secret } = await keys.make(gone.owner);
                                                          await life.make.setStatus(gone.tenant, 'deleted');
                                                          await life.database.sql(`SET session_replication_role = replica; DELETE FROM api_key WHERE tenant_id = '${gone.tenant.id}';
                                                            DELETE FROM membership WHERE tenant_id = '${gone.tenant.id}'; DELETE FROM tenant WHERE tenant_id = '${gone.tenant.id}'; SET session_replication_role = origin`);
                                                          return secret; },
  };

  test.each(Object.keys(WAYS))('K1: %s: one and the same 401', async way => {
    const answer = await keys.ask(await WAYS[way]!(), '{ plans { code } }');
    expect(JSON.parse(answer.text)).toEqual({
      errors: [{ message: 'The API key is not valid.', extensions: { code: 'UNAUTHENTICATED', requestId: expect.any(String) } }],
    });
    expect(bare(answer)).toEqual(bare(await keys.ask('ipto_nothing', '{ plans { code } }')));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    expect(await usedAt()).toBeNull();
  });

  test('K1: the tenant that the header names changes nothing of it', async () => {
    const answer = await keys.ask(other(key.secret, 32), '{ plans { code } }', { 'x-tenant-id': 'elsewhere' });
    expect(bare(answer)).toEqual(bare(await keys.ask('ipto_nothing', '{ plans { code } }')));
  });

  test('the scheme is written as one likes; the key is not', async () => {
    const send = async (authorization: string) => (await life.gateway.ask('{ tenant { slug } }', { headers: { authorization } })).status;
    expect([await send(`bearer ${key.secret}`), await send(`BEARER   ${key.secret}  `)]).toEqual([200, 200]);
    expect([await send(`Bearer ${key.secret.toUpperCase()}`), await send(`Basic ${key.secret}`), await send(key.secret)]).toEqual([
      401, 401, 401,
    ]);
  });
});

describe('a key in a tenant that is not active', () => {
  test.each(['suspended', 'pending_deletion'] as const)(
    'K2, S2, S3: %s: the whole request is refused before a resolver runs, and says why',
    async status => {
      await life.make.setStatus(home.tenant, status, 'Unpaid bill');
      for (const query of ['{ plans { code } }', '{ tenant { name } }', 'mutation { leaveTenant { leftTenantId } }', 'no document']) {
        const answer = await keys.ask(key.secret, query);
        expect(answer.status).toBe(403);
        expect(JSON.parse(answer.text)).toEqual({
          errors: [
            {
              message: `API keys work while the tenant is active; it is ${status}.`,
              extensions: {
                code: 'TENANT_STATUS',
                because: 'TENANT_STATUS',
                requires: { principals: ['API_KEY'], roles: [], statuses: ['ACTIVE'], plans: null },
                tenantStatus: status.toUpperCase(),
                requestId: expect.any(String),
              },
            },
          ],
        });
      }
      expect(await usedAt()).toBeNull();
    },
  );

  test.each(['suspended', 'pending_deletion'] as const)('K2: %s: only who has the secret is told', async status => {
    await life.make.setStatus(home.tenant, status);
    const wrong = newSecret({ id: key.row, tenantId: home.tenant.id }).text;
    expect(bare(await keys.ask(wrong))).toEqual(bare(await keys.ask('ipto_nothing')));
  });

  test('K2: when the tenant is active again, the key works as it did', async () => {
    const staff = await life.staff();
    await life.must(staff, 'staffSuspendTenant', { tenantId: home.tenant.id, reason: 'Unpaid bill' });
    expect((await keys.ask(key.secret)).status).toBe(403);
    await life.must(staff, 'staffResumeTenant', { tenantId: home.tenant.id });
    expect((await keys.ask(key.secret)).errors).toEqual([]);
  });
});

describe('when a key was last used', () => {
  test('K1: is noted at its first use, and then once a minute at most', async () => {
    const { clock } = life.gateway;
    const first = clock.now();
    await keys.ask(key.secret);
    expect(await noted()).toEqual(first);
    clock.set(new Date(first.getTime() + 59_999));
    await Promise.all(Array.from({ length: 20 }, () => keys.ask(key.secret)));
    await sleep(100);
    expect(await usedAt()).toEqual(first);
    clock.set(new Date(first.getTime() + 60_000));
    await Promise.all(Array.from({ length: 20 }, () => keys.ask(key.secret)));
    await expect.poll(usedAt).toEqual(clock.now());
  });

  test('K1: of many uses at once one writes', async () => {
    const { clock } = life.gateway;
    await life.database.sql(`CREATE TABLE noted (at timestamptz); GRANT INSERT ON noted TO PUBLIC;
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.noted VALUES (NEW.last_used_at); RETURN NEW; END';
      CREATE TRIGGER note AFTER UPDATE OF last_used_at ON api_key FOR EACH ROW EXECUTE FUNCTION note()`);
    await Promise.all(Array.from({ length: 50 }, () => keys.ask(key.secret)));
    expect(await noted()).toEqual(clock.now());
    await sleep(100);
    expect(await life.database.sql('SELECT count(*)::int AS writes FROM noted')).toEqual([{ writes: 1 }]);
    await life.database.sql('DROP TRIGGER note ON api_key; DROP FUNCTION note; DROP TABLE noted');
  });

  test('K1: that it can’t be noted fails no request, and makes none wait', async () => {
    await life.database.sql(`CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RAISE EXCEPTION $q$no$q$; END';
      CREATE TRIGGER fail BEFORE UPDATE OF last_used_at ON api_key FOR EACH ROW EXECUTE FUNCTION fail()`);
    const answers = await Promise.all(Array.from({ length: 10 }, () => keys.ask(key.secret)));
    expect(answers.map(({ errors }) => errors)).toEqual(Array.from({ length: 10 }, () => []));
    expect(await usedAt()).toBeNull();
    await sleep(1_100);
    await life.database.sql('DROP TRIGGER fail ON api_key; DROP FUNCTION fail');
    await keys.ask(key.secret);
    expect(await noted()).toEqual(life.gateway.clock.now());
  });
});
