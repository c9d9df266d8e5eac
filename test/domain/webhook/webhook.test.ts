import { Webhook } from 'standardwebhooks';
import { uuidv7 as uuid } from 'uuidv7';
import { beforeEach, describe, expect, test } from 'vitest';
import { codeOf } from '../../support/provider.ts';
import { type Caller, type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';
import { WEBHOOK, WEBHOOK_KEYS } from '../../support/webhooks.ts';

const fixtures = useTenantFixtures();
let tenant: TenantWithMembers;
beforeEach(async () => {
  tenant = await fixtures.home();
});

const FIELDS = 'webhook { id name url types status membershipId memberLeft createdAt updatedAt rotatedAt earlierSecretUntil }';
const create = (input: object = {}, by: Caller = tenant.admin) =>
  fixtures.mutate(by, 'createWebhook', { ...WEBHOOK, ...input }, `secret ${FIELDS}`);
const update = (webhookId: string, input: object, by: Caller = tenant.owner) =>
  fixtures.mutate(by, 'updateWebhook', { webhookId, ...input }, FIELDS);
const rotate = (webhookId: string, input: object = {}) =>
  fixtures.mutate(tenant.owner, 'rotateWebhookSecret', { webhookId, ...input }, `secret ${FIELDS}`);
const rows = () =>
  fixtures.database.sql<{ id: string; name: string; secret: Buffer; earlier_secret: Buffer | null }>(
    'SELECT id, name, secret, earlier_secret FROM webhook WHERE tenant_id = $1',
    [tenant.id],
  );
const globalId = (type: string, { id }: { id: string }) => Buffer.from(`${type}:${tenant.id}:${id}`).toString('base64url');

async function created(input: object = {}, by: Caller = tenant.admin): Promise<{ id: string; secret: string }> {
  const { secret, webhook } = (await create(input, by)).data.createWebhook;
  return { id: webhook.id, secret };
}

describe('createWebhook', () => {
  test('E2, A1, A4: creates a webhook of the caller; the event has its fields, and never the secret', async () => {
    const { data, errors } = await create();
    expect(errors).toEqual([]);
    const now = fixtures.gateway.clock.now().toISOString();
    const { secret, webhook } = data.createWebhook;
    expect(webhook).toEqual({
      ...{ id: expect.any(String), ...WEBHOOK, status: 'ACTIVE', membershipId: globalId('Membership', tenant.admin), memberLeft: false },
      ...{ createdAt: now, updatedAt: now, rotatedAt: null, earlierSecretUntil: null },
    });
    const events = await fixtures.events(tenant);
    const after = { name: 'First', url: WEBHOOK.url, types: ['tenant.renamed'] };
    expect(events.at(-1)).toMatchObject({ action: 'webhook.create', before: null, after });
    const secretHex = Buffer.from(secret.replace('whsec_', ''), 'base64').toString('hex');
    const all = JSON.stringify(await fixtures.rows({ of: tenant.id }));
    for (const text of [secret, secretHex]) expect(all).not.toContain(text);
  });

  test('E2: the secret is one that libraries of Standard Webhooks take, and is stored encrypted', async () => {
    const { secret } = await created();
    expect(() => new Webhook(secret)).not.toThrow();
    const [row] = await rows();
    const opened = WEBHOOK_KEYS.open(row!.secret, { tenantId: tenant.id, id: row!.id });
    expect(`whsec_${opened.toString('base64')}`).toBe(secret);
  });

  test('E2: a secret that was moved to another webhook does not open', async () => {
    await created();
    const [row] = await rows();
    expect(() => WEBHOOK_KEYS.open(row!.secret, { tenantId: tenant.id, id: uuid() })).toThrow();
    expect(() => WEBHOOK_KEYS.open(row!.secret, { tenantId: uuid(), id: row!.id })).toThrow();
  });

  test.each([
    ['no URL', 'somewhere'],
    ['http', 'http://hooks.example/'],
    ['another scheme', 'ftp://hooks.example/'],
    ['a user', 'https://me@hooks.example/'],
    ['a password', 'https://:secret@hooks.example/'],
    ['a fragment', 'https://hooks.example/#part'],
    ['a URL of 2,001 characters', `https://hooks.example/${'a'.repeat(1_979)}`],
    ['a URL that is too long when it is encoded', `https://hooks.example/${'ä'.repeat(1_000)}`],
  ])('E2: %s is BAD_USER_INPUT, and nothing is created', async (_what, url) => {
    expect(codeOf(await create({ url }))).toBe('BAD_USER_INPUT');
    expect(await rows()).toEqual([]);
  });

  test.each([
    ['https://10.0.0.1/', '10.0.0.1'],
    ['https://167772161/', '10.0.0.1'],
    ['https://169.254.169.254/latest', '169.254.169.254'],
    ['https://[::ffff:10.0.0.1]/', '::ffff:a00:1'],
    ['https://[64:ff9b::10.0.0.1]:8443/', '64:ff9b::a00:1'],
    ['https://[fd00::1]/', 'fd00::1'],
  ])('E2: %s, which is not public, is refused when it is created and when it is changed', async (url, address) => {
    const refused = { code: 'BAD_USER_INPUT', field: 'url' };
    const [error] = (await create({ url })).errors;
    expect(error).toMatchObject({ message: expect.stringContaining(` ${address},`), extensions: refused });
    expect(await rows()).toEqual([]);
    const { id } = await created();
    expect((await update(id, { url })).errors).toMatchObject([{ extensions: refused }]);
    expect((await create({ url: 'https://8.8.8.8/' })).errors).toEqual([]);
  });

  test('E2: http is allowed on this machine alone, where the operator allows it', async () => {
    expect(codeOf(await create({ url: 'http://192.168.0.1/' }))).toBe('BAD_USER_INPUT');
    expect((await create({ url: 'http://127.0.0.1:1234/' })).errors).toEqual([]);
  });

  test('E2: it needs types, and stores each once', async () => {
    expect(codeOf(await create({ types: [] }))).toBe('BAD_USER_INPUT');
    await created({ types: ['TENANT_RENAMED', 'MEMBER_JOINED', 'TENANT_RENAMED'] });
    expect(await fixtures.database.sql('SELECT types FROM webhook WHERE tenant_id = $1', [tenant.id])).toEqual([
      { types: ['member.joined', 'tenant.renamed'] },
    ]);
  });

  test('G6: a retry with the same idempotency key returns the same secret, and creates nothing', async () => {
    const again = { idempotencyKey: 'create-a-webhook-once' };
    const [first, second] = [await create(again), await create(again)];
    expect(second.data).toEqual(first.data);
    expect(await rows()).toHaveLength(1);
  });

  test.each([
    ['FREE', 1],
    ['STARTER', 3],
  ] as const)('P1, P3: on %s, of %s webhooks and three more at once, as many are created as the plan allows', async (plan, limit) => {
    tenant = await fixtures.home({ plan });
    const answers = await Promise.all(Array.from({ length: limit + 3 }, () => create()));
    expect(await rows()).toHaveLength(limit);
    const refused = answers.filter(({ errors }) => errors.length);
    expect(refused).toHaveLength(3);
    for (const { errors } of refused) expect(errors[0]!.extensions).toMatchObject({ code: 'LIMIT_REACHED', limit, used: limit });
    const { data } = await fixtures.query(tenant.owner, '{ tenant { webhookUse { limit used over } } }');
    expect(data.tenant.webhookUse).toEqual({ limit, used: limit, over: 0 });
  });
});

describe('updateWebhook', () => {
  test('E2, A1, A5: changes what is given; the same again leaves no event', async () => {
    const { id } = await created();
    const given = { name: 'Second', url: 'https://hooks.example/second', types: ['MEMBER_LEFT'], status: 'PAUSED' };
    expect((await update(id, given)).data.updateWebhook.webhook).toMatchObject({ id, ...given });
    const events = await fixtures.events(tenant);
    expect(events.at(-1)).toMatchObject({
      action: 'webhook.update',
      before: { name: 'First', url: WEBHOOK.url, types: ['tenant.renamed'], status: 'active' },
      after: { name: 'Second', url: 'https://hooks.example/second', types: ['member.left'], status: 'paused' },
    });
    expect((await update(id, given)).errors).toEqual([]);
    expect(await fixtures.events(tenant)).toHaveLength(events.length);
  });

  test('E2: nobody disables a webhook', async () => {
    const { id } = await created();
    expect(codeOf(await update(id, { status: 'DISABLED' }))).toBe('BAD_USER_INPUT');
  });

  test('E2: a webhook keeps its member when others change it, until one of them takes it over', async () => {
    const { id } = await created();
    const member = async (input: object) => (await update(id, input)).data.updateWebhook.webhook.membershipId;
    expect(await member({ name: 'Second' })).toBe(globalId('Membership', tenant.admin));
    expect(await member({ takeOver: true })).toBe(globalId('Membership', tenant.owner));
  });

  test('E2: types are those that its member may read; without the member it must be taken over', async () => {
    const { id } = await created();
    await fixtures.database.sql("UPDATE membership SET roles = '{operator}' WHERE id = $1", [tenant.admin.id]);
    const refused = await update(id, { types: ['MEMBER_JOINED', 'TENANT_RENAMED', 'DATASET_CREATED'] });
    expect(refused.errors[0]!.extensions).toMatchObject({ code: 'EVENT_NOT_READABLE', types: ['dataset.created', 'member.joined'] });
    await fixtures.database.sql('DELETE FROM membership WHERE id = $1', [tenant.admin.id]);
    expect(codeOf(await update(id, { types: ['TENANT_RENAMED'] }))).toBe('CONFLICT');
    const taken = await update(id, { types: ['MEMBER_JOINED'], takeOver: true });
    expect(taken.data.updateWebhook.webhook).toMatchObject({ types: ['MEMBER_JOINED'], memberLeft: false });
  });
});

describe('rotateWebhookSecret', () => {
  test('E2: returns a new secret; the earlier one stays for a day', async () => {
    const { id, secret } = await created();
    const [before] = await rows();
    const { secret: next, webhook } = (await rotate(id)).data.rotateWebhookSecret;
    expect(next).not.toBe(secret);
    const now = fixtures.gateway.clock.now();
    const until = new Date(now.getTime() + 86_400_000).toISOString();
    expect(webhook).toMatchObject({ rotatedAt: now.toISOString(), earlierSecretUntil: until });
    expect((await rows())[0]!.earlier_secret).toEqual(before!.secret);
    expect((await fixtures.events(tenant)).at(-1)).toMatchObject({ action: 'webhook.rotate_secret', after: { earlierSecretUntil: until } });
    fixtures.gateway.clock.advance({ days: 1 });
    const { data } = await fixtures.query(tenant.owner, '{ tenant { webhooks { edges { node { earlierSecretUntil } } } } }');
    expect(data.tenant.webhooks.edges[0].node.earlierSecretUntil).toBeNull();
  });

  test('E2: without an overlap nothing stays; an overlap is at most a week', async () => {
    const { id } = await created();
    await rotate(id, { overlapMinutes: 0 });
    expect((await rows())[0]!.earlier_secret).toBeNull();
    for (const overlapMinutes of [-1, 10_081]) expect(codeOf(await rotate(id, { overlapMinutes }))).toBe('BAD_USER_INPUT');
  });
});

describe('the webhooks of a tenant', () => {
  test('E2, A1: are deleted with their deliveries', async () => {
    const { id: webhookId } = await created();
    await fixtures.mutate(tenant.admin, 'testWebhook', { webhookId });
    const { data } = await fixtures.mutate(tenant.admin, 'deleteWebhook', { webhookId }, 'deletedWebhookId');
    expect(data.deleteWebhook).toEqual({ deletedWebhookId: webhookId });
    expect(await rows()).toEqual([]);
    expect(await fixtures.database.sql('SELECT FROM webhook_delivery WHERE tenant_id = $1', [tenant.id])).toEqual([]);
    expect((await fixtures.events(tenant)).at(-1)).toMatchObject({ action: 'webhook.delete', before: { name: 'First' }, after: null });
  });

  test('E2: an event is sent again while it is kept, and once while it waits', async () => {
    const { id: webhookId } = await created();
    await fixtures.database.sql('SELECT crossing_number_events(500)');
    const [event] = await fixtures.database.sql<{ id: string }>('SELECT id FROM event WHERE tenant_id = $1', [tenant.id]);
    const redeliver = (eventId: string) =>
      fixtures.mutate(tenant.owner, 'redeliverWebhookEvent', { webhookId, eventId }, 'delivery { id kind eventId status }');
    const first = await redeliver(event!.id);
    expect(first.data.redeliverWebhookEvent.delivery).toMatchObject({ kind: 'REDELIVERY', eventId: event!.id, status: 'WAITING' });
    expect((await redeliver(event!.id)).data).toEqual(first.data);
    expect(codeOf(await redeliver(uuid()))).toBe('NOT_FOUND');
    expect(codeOf(await redeliver('one'))).toBe('BAD_USER_INPUT');
  });

  test('G4: are paged in the order of creation, and counted', async () => {
    for (const name of ['b', 'a', 'c']) await create({ name });
    const { data } = await fixtures.query(tenant.owner, '{ tenant { webhooks(first: 2) { totalCount edges { node { name } } } } }');
    expect(data.tenant.webhooks).toEqual({ totalCount: 3, edges: [{ node: { name: 'b' } }, { node: { name: 'a' } }] });
  });

  test("T4: another tenant's webhook and an absent one have the same response", async () => {
    const { id: foreign } = await created();
    const other = await fixtures.home();
    const absent = Buffer.from(`Webhook:${other.id}:${uuid()}`).toString('base64url');
    const eventId = uuid();
    for (const [name, more] of [
      ['updateWebhook', { name: 'Taken over' }],
      ['rotateWebhookSecret', {}],
      ['testWebhook', {}],
      ['redeliverWebhookEvent', { eventId }],
      ['deleteWebhook', {}],
    ] as const)
      for (const webhookId of [foreign, absent])
        expect((await fixtures.mutate(other.admin, name, { webhookId, ...more })).errors).toMatchObject([
          { message: 'There is nothing with this id in the tenant.', extensions: { code: 'NOT_FOUND' } },
        ]);
    const node = (id: string) => fixtures.query(other.admin, 'query ($id: ID!) { node(id: $id) { id } }', { id });
    expect((await node(foreign)).data).toEqual((await node(absent)).data);
    expect(await rows()).toMatchObject([{ name: 'First' }]);
  });
});
