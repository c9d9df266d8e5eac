import { beforeAll, describe, expect, test } from 'vitest';
import { useDatabase } from '../support/database.ts';
import { useGateway } from '../support/gateway.ts';
import { subscribe } from '../support/subscribe.ts';
import { expected, ROLES, STATUSES } from './expectation.ts';
import { FIELDS } from './expected-fields.ts';
import { createWorld, type World } from './world.ts';

/** The matrix of subscriptions: who may open which, by role and status of the tenant. */
const database = useDatabase();
const gateway = useGateway(database);
let world: World;
let token: string;
beforeAll(async () => {
  world = await createWorld(database);
  token = await gateway.tokenOf(world.caller);
});

const SUBSCRIPTIONS = Object.entries(FIELDS)
  .filter(([name]) => name.startsWith('Subscription.'))
  .map(([name, need]) => [name.slice('Subscription.'.length), need] as const);

/** Opens a subscription: null if it is open, otherwise why it isn't. */
async function refusalOf(name: string, options: { token?: string; tenant?: string }): Promise<unknown> {
  const subscribed = await subscribe(gateway.url, `subscription { ${name} { cursor } }`, options);
  subscribed.close();
  return subscribed.errors[0]?.extensions.code ?? null;
}

describe.each(ROLES)('%s', role => {
  beforeAll(() => world.setRoles([role]));

  test.each(STATUSES.filter(status => status !== 'deleted'))('in a tenant that is %s', async status => {
    for (const [name, need] of SUBSCRIPTIONS) {
      const { context, roles, statuses } = expected(need as never);
      const isAllowed = context === 'none' || (roles.includes(role) && statuses.includes(status));
      const code = await refusalOf(name, { token, tenant: world.own[status].id });
      expect([name, code]).toEqual([name, isAllowed ? null : roles.includes(role) ? 'TENANT_STATUS' : 'FORBIDDEN']);
    }
  });
});

test('nobody may open one', async () => {
  for (const [name] of SUBSCRIPTIONS) expect([name, await refusalOf(name, {})]).toEqual([name, 'UNAUTHENTICATED']);
});

test('T4: nor anybody one of another tenant, by its id or slug', async () => {
  for (const [name] of SUBSCRIPTIONS)
    for (const { id, slug } of [world.foreign.active]) {
      const outsider = await gateway.tokenOf(world.stranger);
      expect([name, await refusalOf(name, { token: outsider, tenant: id })]).toEqual([name, 'TENANT_NOT_FOUND']);
      expect([name, await refusalOf(name, { token: outsider, tenant: slug })]).toEqual([name, 'TENANT_NOT_FOUND']);
    }
});

test('K1: an API key may open those of its scopes, while its tenant is active', async () => {
  await world.setScopes(['tenant:read', 'event:read', 'usage:read']);
  for (const [name, need] of SUBSCRIPTIONS) {
    const code = await refusalOf(name, { token: world.own.active.apiKey.text });
    const isAllowed = ['tenant:read', 'usage:read'].includes(need);
    expect([name, code]).toEqual([name, isAllowed ? null : 'FORBIDDEN']);
    expect(await refusalOf(name, { token: world.own.suspended.apiKey.text })).toBe('TENANT_STATUS');
  }
});
