import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { useKeys } from '../../support/key-fixtures.ts';
import type { MadeKey } from '../../support/keys.ts';
import type { TenantWithMembers } from '../../support/tenant-actors.ts';

const { home, keys, fixtures } = useKeys();

let key: MadeKey;
beforeEach(async () => {
  key = await keys.make(home.owner, ['tenant:read', 'usage:read']);
});

const ME = '{ viewer { principal name email membership { slug } memberships { slug } permissions } tenant { slug } }';
describe('a request with an API key', () => {
  test('T2, T3: acts in the key’s tenant with the permissions of its scopes, as the key and no other principal', async () => {
    const { status, data, errors } = await keys.ask(key.secret, ME);
    expect([status, errors]).toEqual([200, []]);
    expect(data).toEqual({
      viewer: {
        principal: 'API_KEY',
        name: 'Nightly',
        email: null,
        membership: null,
        memberships: [],
        permissions: ['TENANT_READ', 'USAGE_READ'],
      },
      tenant: { slug: home.tenant.slug },
    });
  });

  test('G2: a field outside its scopes is refused and names the missing scope; the other fields are returned', async () => {
    const { data, errors } = await keys.ask(key.secret, '{ tenant { slug memberCount apiKeyUse { used } } }');
    expect(data).toEqual({ tenant: { slug: home.tenant.slug, memberCount: null, apiKeyUse: null } });
    expect(errors.map(({ message, extensions }) => [message, extensions.because, extensions.code])).toEqual([
      ['This API key does not carry member:count.', 'KEY_SCOPE', 'FORBIDDEN'],
      ['This API key does not carry plan:read.', 'KEY_SCOPE', 'FORBIDDEN'],
    ]);
  });

  test('K1: a stored scope that no key may carry, or that no longer exists, grants nothing', async () => {
    await fixtures.database.sql(
      "UPDATE api_key SET scopes = '{tenant:read,member:count,audit:read,plan:read,gone:long-since}' WHERE id = $1",
      [key.row],
    );
    const { data, errors } = await keys.ask(
      key.secret,
      `{ viewer { permissions } tenant { slug memberCount auditEvents { totalCount } } }`,
    );
    expect(data).toEqual({
      viewer: { permissions: ['TENANT_READ'] },
      tenant: { slug: home.tenant.slug, memberCount: null, auditEvents: null },
    });
    expect(errors.map(({ extensions }) => extensions.because)).toEqual(['KEY_SCOPE', 'KEY_SCOPE']);
  });

  test('K1: administration is refused, with an event under the key’s name', async () => {
    for (const mutation of ['renameTenant(input: { name: "New" })', `revokeApiKey(input: { apiKeyId: "${key.id}" })`]) {
      const { errors } = await keys.ask(key.secret, `mutation { ${mutation} { __typename } }`);
      expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', because: 'KEY_SCOPE' } }]);
    }
    expect(
      await fixtures.database.sql(
        "SELECT actor_kind, actor_id, actor_name, action, code FROM audit_event WHERE actor_kind = 'api_key' ORDER BY seq",
      ),
    ).toEqual([
      { actor_kind: 'api_key', actor_id: key.row, actor_name: 'Nightly', action: 'tenant.rename', code: 'FORBIDDEN' },
      { actor_kind: 'api_key', actor_id: key.row, actor_name: 'Nightly', action: 'api_key.revoke', code: 'FORBIDDEN' },
    ]);
  });

  test('K1, A3: cannot export the audit log', async () => {
    const headers = { authorization: `Bearer ${key.secret}` };
    const response = await fetch(`${fixtures.gateway.url}/audit/export?format=jsonl`, { headers });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { because: 'KEY_SCOPE', permission: 'audit:read' } }] });
  });

  test('T2: can neither create a tenant nor accept an invitation', async () => {
    for (const mutation of ['createTenant(input: { name: "Mine" })', 'acceptInvitation(input: { code: "ipto_invite_x" })']) {
      const { errors } = await keys.ask(key.secret, `mutation { ${mutation} { __typename } }`);
      expect(errors).toMatchObject([{ extensions: { because: 'KEY_SCOPE' } }]);
    }
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, () => string, number]>([
    ['its id',                 () => home.tenant.id,                 200],
    ['its slug',               () => home.tenant.slug,               200],
    ['its slug in upper case', () => home.tenant.slug.toUpperCase(), 200],
    ['another tenant’s id',    () => other.id,                       400],
    ['another tenant’s slug',  () => other.slug,                     400],
    ['an invalid name',        () => randomUUID(),                   400],
    ['an empty name',          () => 'no name',                      400],
  ])('T3: beside a key, X-Tenant-Id names %s', async (_what, name, status) => {
    const answer = await keys.ask(key.secret, '{ tenant { slug } }', { 'x-tenant-id': name() });
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.data).toEqual({ tenant: { slug: home.tenant.slug } });
    else expect(answer.errors).toMatchObject([{ extensions: { code: 'TENANT_CONFLICT' } }]);
  });
  let other: TenantWithMembers['tenant'];
  beforeEach(async () => {
    other = (await fixtures.home()).tenant;
  });

  test('T4: reaches no row of another tenant, by id or with the key’s own secret and another tenant’s id', async () => {
    const elsewhere = await fixtures.home();
    const theirs = await keys.make(elsewhere.owner);
    const id = Buffer.from(`Tenant:${elsewhere.tenant.id}`).toString('base64url');
    const { data } = await keys.ask(key.secret, `{ node(id: "${id}") { id } nodes(ids: ["${id}"]) { id } }`);
    expect(data).toEqual({ node: null, nodes: [null] });
    const [mine, their] = [key, theirs].map(({ secret }) => Buffer.from(secret.slice(5), 'base64url'));
    const crossed = Buffer.concat([mine!.subarray(0, 16), their!.subarray(16, 32), mine!.subarray(32)]);
    expect((await keys.ask(`ipto_${crossed.toString('base64url')}`)).status).toBe(401);
  });
});
