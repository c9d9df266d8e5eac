import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { useKeys } from '../../support/key-fixtures.ts';
import type { MadeKey } from '../../support/keys.ts';
import { watchStatements } from '../../support/statements.ts';

/** A cached API key costs one round trip, in which the database confirms the key and its tenant. */
const { home, keys, fixtures } = useKeys();
const sql: typeof fixtures.database.sql = (text, values) => fixtures.database.sql(text, values);

const READS = '{ viewer { permissions } tenant { slug datasets { totalCount } } }';
const READS_NOTHING = '{ viewer { name permissions } }';

let statements: ReturnType<typeof watchStatements>;
let key: MadeKey;
beforeEach(async () => {
  key = await keys.make(home.owner, ['tenant:read', 'dataset:read']);
  // Long since the use was noted, so that nothing else is written.
  await sql("UPDATE api_key SET last_used_at = now() + interval '10 years' WHERE id = $1", [key.row]);
  for (const query of [READS, READS_NOTHING]) for (let times = 0; times < 3; times += 1) await keys.ask(key.secret, query);
  statements = watchStatements();
});
afterEach(() => statements.stop());

const codes = async (headers: Record<string, string> = {}) => {
  const answers = [await keys.ask(key.secret, READS, headers), await keys.ask(key.secret, READS_NOTHING, headers)];
  return answers.map(({ status, errors }) => [status, ...errors.map(({ extensions }) => extensions.code)].join(' '));
};

describe('a cached API key', () => {
  test.each([READS, READS_NOTHING])('costs one round trip: %s', async query => {
    expect((await keys.ask(key.secret, query)).errors).toEqual([]);
    expect(statements.texts).toHaveLength(1);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, () => Promise<unknown>, string]>([
    ['K3: that is revoked',              () => sql('UPDATE api_key SET revoked_at = now() WHERE id = $1', [key.row]), '401 UNAUTHENTICATED'],
    ['K3: that is deleted',              () => sql('DELETE FROM api_key WHERE id = $1', [key.row]), '401 UNAUTHENTICATED'],
    ['K1: whose secret is replaced',     () => fixtures.must(home.owner, 'rotateApiKey', { apiKeyId: key.id, overlapMinutes: 0 }), '401 UNAUTHENTICATED'],
    ['K2: whose tenant is suspended',    () => fixtures.make.setStatus(home.tenant, 'suspended'), '403 TENANT_STATUS'],
    ['S4: whose tenant is deleted',      () => fixtures.make.setStatus(home.tenant, 'deleted'), '401 UNAUTHENTICATED'],
  ])('%s is refused at the very next request', async (_what, change, refusal) => {
    await change();
    expect(await codes()).toEqual([refusal, refusal]);
  });

  test('K3: that loses a scope is refused at the very next request what it was for', async () => {
    await sql("UPDATE api_key SET scopes = '{tenant:read}' WHERE id = $1", [key.row]);
    const { data, errors } = await keys.ask(key.secret, READS);
    expect(data).toEqual({ viewer: { permissions: ['TENANT_READ'] }, tenant: { slug: home.tenant.slug, datasets: null } });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', because: 'KEY_SCOPE' } }]);
  });

  test('K1: whose end has come is refused, although nothing was written', async () => {
    const { clock } = fixtures.gateway;
    const end = new Date(clock.now().getTime() + 60_000);
    await sql('UPDATE api_key SET expires_at = $2 WHERE id = $1', [key.row, end]);
    expect(await codes()).toEqual(['200', '200']);
    clock.set(new Date(end.getTime() - 1));
    expect(await codes()).toEqual(['200', '200']);
    clock.set(end);
    expect(await codes()).toEqual(['401 UNAUTHENTICATED', '401 UNAUTHENTICATED']);
  });

  test('K1: works with its earlier secret as long as that overlaps, and no longer', async () => {
    const { clock } = fixtures.gateway;
    const { apiKey } = await fixtures.must(home.owner, 'rotateApiKey', { apiKeyId: key.id, overlapMinutes: 10 });
    expect(await codes()).toEqual(['200', '200']);
    const end = new Date(apiKey.earlierSecretUntil);
    clock.set(new Date(end.getTime() - 1));
    expect(await codes()).toEqual(['200', '200']);
    clock.set(end);
    expect(await codes()).toEqual(['401 UNAUTHENTICATED', '401 UNAUTHENTICATED']);
  });

  test('T3: is refused with the header of another tenant, and then works without it', async () => {
    const other = await fixtures.home();
    expect(await codes({ 'x-tenant-id': other.tenant.slug })).toEqual(['400 TENANT_CONFLICT', '400 TENANT_CONFLICT']);
    expect(await codes({ 'x-tenant-id': home.tenant.slug.toUpperCase() })).toEqual(['200', '200']);
    expect(await codes()).toEqual(['200', '200']);
  });

  test('T4: is no other key, of its own tenant or of another', async () => {
    const sibling = await keys.make(home.owner, ['tenant:read']);
    const other = await fixtures.home();
    const stranger = await keys.make(other.owner, ['tenant:read', 'dataset:read']);
    for (let times = 0; times < 2; times += 1) {
      const answers = [await keys.ask(sibling.secret, READS), await keys.ask(stranger.secret, READS), await keys.ask(key.secret, READS)];
      const told = answers.map(({ data }) => [data.tenant.slug, data.viewer.permissions.length]);
      expect(told).toEqual([
        [home.tenant.slug, 1],
        [other.tenant.slug, 2],
        [home.tenant.slug, 2],
      ]);
    }
  });
});
