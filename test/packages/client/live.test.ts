import { beforeEach, describe, expect, test } from 'vitest';
import { Client, type SubscriptionEvent } from '../../../packages/client/src/index.ts';
import { useCuttingProxy } from '../../support/cutting-proxy.ts';
import { fixtures, type Person, type Tenant, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database, { heartbeat: 50 });
const proxy = useCuttingProxy(gateway);
const make = fixtures(database);

type Renamed = {
  tenantChanged: { tenant: { name: string; billingEmail: string | null } | null; event: { type: string; data: { name: string } } } | null;
};
const RENAMED = 'subscription { tenantChanged { tenant { name billingEmail } event { type data } } }';

let tenant: Tenant;
let owner: Person;
let token: string;
let tenants = 0;

beforeEach(async () => {
  tenants += 1;
  owner = await make.person(`Owner ${tenants}`);
  tenant = await make.tenant(`live-${tenants}`, owner, { plan: 'PROFESSIONAL' });
  token = await gateway.tokenOf(owner);
});

const clientOf = (by: ConstructorParameters<typeof Client>[0]['token'] = token) =>
  new Client({ url: proxy.url, token: by, tenant: tenant.slug, retry: { firstPause: 10, maxPause: 50 } });

const rename = (name: string) =>
  new Client({ url: `${gateway.url}/graphql`, token, tenant: tenant.slug }).data(
    'mutation ($name: String!) { renameTenant(input: { name: $name }) { tenant { name } } }',
    { name },
  );

type Events = AsyncGenerator<SubscriptionEvent<Renamed>, void>;

/** The next event: its name, or its kind; null at the end. */
async function next(events: Events): Promise<string | null> {
  const { value } = await events.next();
  if (!value) return null;
  return value.kind === 'next' ? value.data!.tenantChanged!.event.data.name : value.kind;
}

describe('G8: a subscription to a gateway', () => {
  test('yields what happens from its start on, with what is refused in it', async () => {
    const viewer = await make.member(tenant, await make.person(`Viewer ${tenants}`), ['viewer']);
    const events: Events = clientOf(await gateway.tokenOf(viewer.person)).subscribe<Renamed>(RENAMED);
    expect(await next(events)).toBe('resync');
    await rename('First');
    expect((await events.next()).value).toMatchObject({
      kind: 'next',
      id: expect.any(String),
      data: { tenantChanged: { tenant: { name: 'First', billingEmail: null }, event: { type: 'TENANT_RENAMED' } } },
      errors: [{ kind: 'refusal', because: 'ROLE', permission: 'billing-contact:read' }],
    });
    await events.return();
  });

  test('misses nothing that happens while its connection is lost', async () => {
    const events: Events = clientOf().subscribe<Renamed>(RENAMED);
    expect(await next(events)).toBe('resync');
    await rename('Before');
    expect(await next(events)).toBe('Before');
    for (const name of ['First', 'Second']) {
      proxy.cut();
      await rename(name);
      expect(await next(events)).toBe(name);
    }
    await events.return();
  });

  test('goes on with a new token when the old one expires', async () => {
    const inSeconds = (seconds: number) => Math.floor(Date.now() / 1_000) + seconds;
    // The gateway accepts a token for five seconds more.
    const expiring = await gateway.tokens.sign({ sub: owner.subject }, inSeconds(-3));
    const asked: (string | null)[] = [];
    const source = (refused: string | null) => {
      asked.push(refused);
      return refused === null ? expiring : token;
    };
    const events: Events = clientOf(source).subscribe<Renamed>(RENAMED);
    expect(await next(events)).toBe('resync');
    await rename('Before');
    expect(await next(events)).toBe('Before');
    const after = next(events);
    await expect.poll(() => asked).toEqual([null, expiring]);
    await rename('After');
    expect(await after).toBe('After');
    await events.return();
  });

  test('says that events were missed if they are no longer kept', async () => {
    const lost = Buffer.from('100000').toString('base64url');
    const events: Events = clientOf().subscribe<Renamed>(RENAMED, {}, { lastEventId: lost });
    expect(await next(events)).toBe('resync');
    await rename('New');
    expect(await next(events)).toBe('New');
    await events.return();
  });

  test('ends when the caller may no longer follow it', async () => {
    const viewer = await make.member(tenant, await make.person(`Viewer ${tenants}`), ['viewer']);
    const events: Events = clientOf(await gateway.tokenOf(viewer.person)).subscribe<Renamed>(RENAMED);
    expect(await next(events)).toBe('resync');
    const ended = next(events).catch(reason => reason);
    await database.sql('DELETE FROM membership WHERE tenant_id = $1 AND id = $2', [tenant.id, viewer.id]);
    expect(await ended).toMatchObject({ name: 'RequestError', code: 'TENANT_NOT_FOUND' });
  });
});
