import { describe, expect, test } from 'vitest';
import { ROLES, type Role } from '../../../src/access/vocabulary.ts';
import { enumName, expected, PERMISSION_NAMES } from '../../access/expectation.ts';
import { useKeys } from '../../support/key-fixtures.ts';
import { rowOf } from '../../support/keys.ts';
import type { MemberActor } from '../../support/tenant-actors.ts';

const { home, keys, fixtures } = useKeys();

const create = (who: MemberActor, input: object = {}, headers = {}) =>
  fixtures.run(who, 'createApiKey', { name: 'Nightly', scopes: ['TENANT_READ'], ...input }, headers);
const asRole = async (role: Role) => (role === 'owner' ? home.owner : fixtures.join(home, [role]));
const dayLater = () => new Date(fixtures.gateway.clock.now().getTime() + 86_400_000).toISOString();

describe('createApiKey', () => {
  test('K1: creates a working key that its creator holds; the event contains its fields without the secret', async () => {
    const buyer = await fixtures.join(home, ['buyer_manager']);
    const { payload, errors } = await create(buyer, {
      name: '  Nightly  ',
      scopes: ['USAGE_READ', 'TENANT_READ', 'USAGE_READ'],
      expiresAt: dayLater(),
    });
    expect(errors).toEqual([]);
    const { secret, apiKey } = payload;
    expect(apiKey).toEqual({
      id: expect.any(String),
      name: 'Nightly',
      prefix: secret.slice(0, 17),
      scopes: ['USAGE_READ', 'TENANT_READ'],
      holderName: buyer.person.name,
      holderLeft: false,
      createdAt: fixtures.gateway.clock.now().toISOString(),
      expiresAt: dayLater(),
      ...{ rotatedAt: null, revokedAt: null, lastUsedAt: null, earlierSecretUntil: null },
    });
    expect((await keys.ask(secret)).data).toEqual({ tenant: { name: home.tenant.name } });
    expect(await keys.events(home)).toEqual([
      {
        actor: buyer.person.name,
        action: 'api_key.create',
        code: null,
        target: `ApiKey:${rowOf(apiKey.id)}`,
        before: null,
        after: { name: 'Nightly', scopes: ['usage:read', 'tenant:read'], expiresAt: dayLater() },
      },
    ]);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[Role, boolean]>([
    ['owner',          true],
    ['admin',          true],
    ['seller_manager', false],
    ['buyer_manager',  true],
    ['operator',       false],
    ['viewer',         false],
  ])('K1: %s can create keys: %s', async (role, may) => {
    const { code } = await create(await asRole(role));
    expect(code).toBe(may ? null : 'FORBIDDEN');
    expect(await keys.list(home.owner)).toHaveLength(may ? 1 : 0);
  });

  test.each(['owner', 'admin', 'buyer_manager'] as const)(
    'K1: %s can grant a key exactly the scopes that keys may carry and their role has',
    async role => {
      const who = await asRole(role);
      const outcomes: [string, string | null][] = [];
      for (const name of PERMISSION_NAMES) {
        const { code, errors } = await create(who, { scopes: [enumName(name)] });
        if (code) expect(errors[0]!.extensions).toMatchObject({ code: 'SCOPE_NOT_GRANTABLE', scopes: [name] });
        outcomes.push([name, code]);
      }
      const may = (name: (typeof PERMISSION_NAMES)[number]) =>
        expected(name).principals.includes('api_key') && expected(name).roles.includes(role);
      expect(outcomes).toEqual(PERMISSION_NAMES.map(name => [name, may(name) ? null : 'SCOPE_NOT_GRANTABLE']));
      expect(outcomes.filter(([, code]) => !code).length).toBe(role === 'buyer_manager' ? 12 : 21);
    },
  );

  test('K1: roles add up: a buyer_manager who is also a seller_manager can grant the scopes of both roles', async () => {
    const both = await fixtures.join(home, ['buyer_manager', 'seller_manager']);
    expect((await create(both, { scopes: ['DATASET_WRITE', 'OBJECT_RETRIEVE'] })).errors).toEqual([]);
  });

  test('K1: one scope that the creator lacks refuses the whole command, and the event names the scope', async () => {
    const buyer = await fixtures.join(home, ['buyer_manager']);
    const { code, errors } = await create(buyer, { scopes: ['USAGE_READ', 'DATASET_WRITE', 'MEMBER_REMOVE'] });
    expect([code, errors[0]!.extensions.scopes]).toEqual(['SCOPE_NOT_GRANTABLE', ['dataset:write', 'member:remove']]);
    expect(await keys.list(home.owner)).toEqual([]);
    expect(await keys.events(home)).toMatchObject([
      { action: 'api_key.create', code: 'SCOPE_NOT_GRANTABLE', after: { scopes: ['dataset:write', 'member:remove'] } },
    ]);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, () => object]>([
    ['no name',                     () => ({ name: '  ' })],
    ['a name of 81 characters',     () => ({ name: 'x'.repeat(81) })],
    ['a name with a line break',    () => ({ name: 'a\nb' })],
    ['no scope',                    () => ({ scopes: [] })],
    ['an expiry at the present moment', () => ({ expiresAt: fixtures.gateway.clock.now().toISOString() })],
    ['an expiry in the past',       () => ({ expiresAt: '2020-01-01T00:00:00.000Z' })],
  ])('%s is BAD_USER_INPUT', async (_what, input) => {
    expect((await create(home.owner, input())).code).toBe('BAD_USER_INPUT');
    expect(await keys.list(home.owner)).toEqual([]);
  });

  test('an unknown scope is BAD_USER_INPUT', async () => {
    const { code } = await create(home.owner, { scopes: ['DATASETS_ALL'] });
    expect(code).toBe('BAD_USER_INPUT');
  });

  test('G6: a retry with the same idempotency key returns the same secret and creates no second key', async () => {
    const again = { 'idempotency-key': 'create-a-key-once-01' };
    const [first, second] = [await create(home.owner, {}, again), await create(home.owner, {}, again)];
    expect(first.errors).toEqual([]);
    expect(second.payload).toEqual(first.payload);
    expect(await keys.list(home.owner)).toHaveLength(1);
    expect((await create(home.owner, { name: 'Other' }, again)).code).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  test.each(['suspended', 'pending_deletion'] as const)('S2, S3: refused while %s', async status => {
    await fixtures.make.setStatus(home.tenant, status);
    expect((await create(home.owner)).code).toBe('TENANT_STATUS');
    expect(await keys.list(home.owner)).toEqual([]);
  });
});

describe('the cap on API keys', () => {
  test('P5: at the cap LIMIT_REACHED contains limit and use; revoked and expired keys do not count', async () => {
    const home = await fixtures.home('STARTER');
    const made = [];
    for (let n = 0; n < 4; n += 1) made.push(await keys.make(home.owner));
    made.push(await keys.make(home.owner, ['tenant:read'], { expiresAt: dayLater() }));
    const { code, errors } = await create(home.owner);
    expect([code, errors[0]!.extensions]).toMatchObject(['LIMIT_REACHED', { limit: 5, used: 5 }]);
    await fixtures.must(home.owner, 'revokeApiKey', { apiKeyId: made[0]!.id });
    await keys.make(home.owner);
    expect((await create(home.owner)).code).toBe('LIMIT_REACHED');
    fixtures.gateway.clock.advance({ days: 1 });
    await keys.make(home.owner);
    expect((await create(home.owner)).code).toBe('LIMIT_REACHED');
  });

  test('P1: Enterprise has no cap unless its contract sets a cap', async () => {
    const home = await fixtures.home('FREE');
    await keys.make(home.owner);
    expect((await create(home.owner)).code).toBe('LIMIT_REACHED');
    await fixtures.database.sql("UPDATE tenant SET plan_code = 'ENTERPRISE' WHERE tenant_id = $1", [home.tenant.id]);
    await keys.make(home.owner);
    await fixtures.database.sql('INSERT INTO contract (tenant_id, api_key_limit) VALUES ($1, 2)', [home.tenant.id]);
    const { errors } = await create(home.owner);
    expect(errors[0]!.extensions).toMatchObject({ code: 'LIMIT_REACHED', limit: 2, used: 2 });
  });

  test('P2, P3: a downgrade counts from its due day, even if no job has run', async () => {
    const home = await fixtures.home('STARTER');
    await keys.make(home.owner);
    await fixtures.must(home.owner, 'changePlan', { plan: 'FREE' });
    expect((await create(home.owner)).code).toBeNull();
    fixtures.gateway.clock.advance({ days: 32 });
    const { errors } = await create(home.owner);
    expect(errors[0]!.extensions).toMatchObject({ code: 'LIMIT_REACHED', limit: 1, used: 2 });
  });

  const USE = '{ tenant { apiKeyUse { limit used over } planPreview(plan: FREE) { apiKeys { limit used over } } } }';

  test('P4: a downgrade revokes no key, and before and after it the tenant can read how far it exceeds the cap', async () => {
    const home = await fixtures.home('STARTER');
    const made = [await keys.make(home.owner), await keys.make(home.owner), await keys.make(home.owner)];
    const before = await fixtures.gateway.ask(USE, home.owner);
    expect(before.data.tenant).toEqual({
      apiKeyUse: { limit: 5, used: 3, over: 0 },
      planPreview: { apiKeys: { limit: 1, used: 3, over: 2 } },
    });
    await fixtures.database.sql("UPDATE tenant SET plan_code = 'FREE' WHERE tenant_id = $1", [home.tenant.id]);
    const after = await fixtures.gateway.ask(USE, home.owner);
    expect(after.data.tenant.apiKeyUse).toEqual({ limit: 1, used: 3, over: 2 });
    for (const { secret } of made) expect((await keys.ask(secret)).errors).toEqual([]);
    for (const { id } of made.slice(0, 2)) {
      expect((await create(home.owner)).code).toBe('LIMIT_REACHED');
      await fixtures.must(home.owner, 'revokeApiKey', { apiKeyId: id });
    }
    expect((await create(home.owner)).code).toBe('LIMIT_REACHED');
  });

  test('P4: every member who can read the plan can read the use, even an operator, who cannot list keys', async () => {
    expect(ROLES).toContain('operator');
    const operator = await fixtures.join(home, ['operator']);
    const { data, errors } = await fixtures.gateway.ask('{ tenant { apiKeyUse { used } apiKeys { totalCount } } }', operator);
    expect(data.tenant).toEqual({ apiKeyUse: { used: 0 }, apiKeys: null });
    expect(errors).toMatchObject([{ extensions: { permission: 'api-key:read', because: 'ROLE' } }]);
  });
});
