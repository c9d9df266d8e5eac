import { beforeEach, describe, expect, test } from 'vitest';
import { keysOf } from '../../support/keys.ts';
import { globalId, type TenantWithMembers, useTenantActors } from '../../support/tenant-actors.ts';

const life = useTenantActors();
const keys = keysOf(life);
let home: TenantWithMembers;
beforeEach(async () => {
  home = await life.home('STARTER');
});

const SELF = '{ viewer { principal apiKey { id apiKeyId name prefix scopes createdAt expiresAt } } }';
const MONTHLY = '{ tenant { usage { monthly { used limit resetsAt } } } }';

describe('K1: an API key reads of itself', () => {
  test('its name, scopes and expiry, whatever its scopes, and after a change what it has now', async () => {
    const expiresAt = new Date(life.gateway.clock.now().getTime() + 86_400_000).toISOString();
    const key = await keys.make(home.owner, ['tenant:read', 'usage:read'], { expiresAt });
    const { data, errors } = await keys.ask(key.secret, SELF);
    const own = {
      id: globalId('ViewerApiKey', home.tenant.id, key.row),
      apiKeyId: key.id,
      name: 'Nightly',
      prefix: key.secret.slice(0, 17),
      scopes: ['TENANT_READ', 'USAGE_READ'],
      createdAt: life.gateway.clock.now().toISOString(),
      expiresAt,
    };
    expect({ data, errors }).toEqual({ data: { viewer: { principal: 'API_KEY', apiKey: own } }, errors: [] });
    await life.must(home.owner, 'narrowApiKey', { apiKeyId: key.id, scopes: ['USAGE_READ'] });
    expect((await keys.ask(key.secret, SELF)).data.viewer.apiKey).toEqual({ ...own, scopes: ['USAGE_READ'] });
  });

  test('by its id too; another key, a member and nobody read nothing of it', async () => {
    const [one, other] = [await keys.make(home.owner), await keys.make(home.owner)];
    const { id } = (await keys.ask(one.secret, SELF)).data.viewer.apiKey;
    const NODE = `{ node(id: "${id}") { id ... on ViewerApiKey { name } } viewer { apiKey { id } } }`;
    expect((await keys.ask(one.secret, NODE)).data).toEqual({ node: { id, name: 'Nightly' }, viewer: { apiKey: { id } } });
    expect((await keys.ask(other.secret, NODE)).data.node).toBeNull();
    for (const who of [home.owner, await life.staff(), {}]) {
      const { data, errors } = await life.gateway.ask(NODE, who);
      expect({ data, errors }).toEqual({ data: { node: null, viewer: { apiKey: null } }, errors: [] });
    }
  });

  test('K1: nothing of the list of keys', async () => {
    const key = await keys.make(home.owner);
    const { errors } = await keys.ask(key.secret, '{ tenant { apiKeys { totalCount } } }');
    expect(errors).toMatchObject([{ extensions: { because: 'KEY_SCOPE', permission: 'api-key:read' } }]);
  });
});

describe('P1: the use in the current month', () => {
  test('is read with the scope that reads how many retrievals there were, and with no other', async () => {
    const start = new Date(life.gateway.clock.now());
    await life.database.sql('UPDATE tenant SET plan_since = $2 WHERE tenant_id = $1', [home.tenant.id, start]);
    await life.database.sql('INSERT INTO retrieval_count (tenant_id, since, shard, cap, used) VALUES ($1, $2, 0, 50000, 41)', [
      home.tenant.id,
      start,
    ]);
    const [counting, other] = [await keys.make(home.owner, ['tenant:read', 'usage:count']), await keys.make(home.owner)];
    const { data, errors } = await keys.ask(counting.secret, MONTHLY);
    const resetsAt = data.tenant.usage.monthly.resetsAt;
    expect({ data, errors }).toEqual({ data: { tenant: { usage: { monthly: { used: 41, limit: 50_000, resetsAt } } } }, errors: [] });
    const days = (Date.parse(resetsAt) - start.getTime()) / 86_400_000;
    expect([28, 29, 30, 31]).toContain(days);
    expect((await keys.ask(other.secret, MONTHLY)).errors).toMatchObject([
      { path: ['tenant', 'usage'], extensions: { because: 'KEY_SCOPE' } },
    ]);
    life.gateway.clock.set(new Date(resetsAt));
    const { monthly } = (await life.gateway.ask(MONTHLY, home.owner)).data.tenant.usage;
    expect(monthly).toMatchObject({ used: 0, limit: 50_000 });
    expect(Date.parse(monthly.resetsAt)).toBeGreaterThan(Date.parse(resetsAt));
    life.gateway.clock.set(start);
  });
});
