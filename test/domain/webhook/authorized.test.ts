import { describe, expect, test } from 'vitest';
import type { Role } from '../../access/expectation.ts';
import { useWebhooks } from './scene.ts';

const { at, fixtures, make, run, rename, must, deliveries, received, afterConnecting } = useWebhooks();

const membershipId = () => Buffer.from(`Membership:${at.tenant.id}:${at.tenant.admin.id}`).toString('base64url');
const setRoles = (...roles: string[]) => must(at.tenant.owner, 'setMemberRoles', { membershipId: membershipId(), roles });
const suspend = async () => must(await fixtures.staff(), 'staffSuspendTenant', { tenantId: at.tenant.id, reason: 'Unpaid' });
const resume = async () => must(await fixtures.staff(), 'staffResumeTenant', { tenantId: at.tenant.id });
const create = () => must(at.tenant.owner, 'createDataset', { name: 'D' });
const outcomes = async (hook: Awaited<ReturnType<typeof make>>) =>
  (await deliveries(hook)).map(({ type, status, failure }) => [type, status, failure]);

/** What ends a permission of the webhook's member, and what becomes of an event of datasets. */
// biome-ignore format: a table is read by its columns
const ENDS: readonly (readonly [what: string, end: () => Promise<unknown>, outcome: readonly [string, string | null]])[] = [
  ['a lost role',                () => setRoles('OPERATOR'),                                                        ['SKIPPED', 'FORBIDDEN']],
  ['a removed member',           () => must(at.tenant.owner, 'removeMember', { membershipId: membershipId() }),    ['SKIPPED', 'FORBIDDEN']],
  ['a suspension',               suspend,                                                                           ['WAITING', null]],
];

describe('E2, S5: the permissions of the member decide when an event is sent', () => {
  test.each(ENDS)('%s before the run', async (_what, end, [status, failure]) => {
    const hook = await make({ types: ['DATASET_CREATED'] });
    await create();
    await end();
    await run(hook);
    expect(received()).toEqual([]);
    const all = await outcomes(hook);
    expect(status === 'WAITING' ? [] : [['dataset.created', status, failure]]).toEqual(all);
  });

  test.each(ENDS)('%s that is acknowledged once the connection is there', async (_what, end, [status, failure]) => {
    const hook = await make({ types: ['DATASET_CREATED'] });
    await create();
    let ended = 0;
    const sender = afterConnecting(async () => {
      ended += 1;
      if (ended === 1) await end();
    });
    await run(hook, { sender });
    expect([ended, received()]).toEqual([1, []]);
    expect(await outcomes(hook)).toEqual([['dataset.created', status, failure]]);
  });

  test.each([
    ['deleted', (webhookId: string) => must(at.tenant.owner, 'deleteWebhook', { webhookId })],
    ['paused', (webhookId: string) => must(at.tenant.owner, 'updateWebhook', { webhookId, status: 'PAUSED' })],
    ['moved', (webhookId: string) => must(at.tenant.owner, 'updateWebhook', { webhookId, url: 'http://127.0.0.1:1/' })],
  ])('a webhook that is %s once the connection is there is sent nothing by it', async (_what, change) => {
    const hook = await make();
    await rename('Renamed');
    let connected = 0;
    const sender = afterConnecting(async () => {
      connected += 1;
      if (connected === 1) await change(hook.globalId);
    });
    await run(hook, { sender });
    expect(received()).toEqual([]);
  });

  test('what the member may still read goes on, and what was skipped is not sent when the right is back', async () => {
    const hook = await make({ types: ['DATASET_CREATED', 'TENANT_RENAMED'] });
    await setRoles('OPERATOR');
    await create();
    await rename('Renamed');
    await run(hook);
    await setRoles('ADMIN');
    await run(hook);
    expect(await outcomes(hook)).toEqual([
      ['dataset.created', 'SKIPPED', 'FORBIDDEN'],
      ['tenant.renamed', 'DELIVERED', null],
    ]);
    expect(received()).toHaveLength(1);
  });

  test('a type that is no longer one of the webhook’s is not sent', async () => {
    const hook = await make();
    await rename('Renamed');
    const sender = afterConnecting(() => must(at.tenant.owner, 'updateWebhook', { webhookId: hook.globalId, types: ['DATASET_CREATED'] }));
    await run(hook, { sender });
    expect(received()).toEqual([]);
    expect(await outcomes(hook)).toEqual([['tenant.renamed', 'SKIPPED', 'UNSELECTED']]);
  });

  test('E4: a suspended tenant’s events wait, tests too, and are sent after the suspension', async () => {
    const hook = await make();
    await rename('Before');
    await must(at.tenant.owner, 'testWebhook', { webhookId: hook.globalId });
    await suspend();
    await run(hook);
    expect(received()).toEqual([]);
    await resume();
    await run(hook);
    expect(
      received()
        .map(({ body }) => JSON.parse(body).type)
        .sort(),
    ).toEqual(['tenant.renamed', 'webhook.test']);
  });

  test('E4: the webhooks of a tenant that is being deleted are sent events until it is, and go with it', async () => {
    const hook = await make();
    await rename('Before');
    await must(at.tenant.owner, 'requestTenantDeletion', { confirmation: 'Before' });
    await run(hook);
    expect(received()).toHaveLength(1);
    // else it is too old to be kept
    await fixtures.database.sql("UPDATE webhook_delivery SET ended_at = ended_at + interval '1 day'");
    fixtures.gateway.clock.advance({ days: 30 });
    await fixtures.gateway.settle();
    await run(hook);
    expect(received()).toHaveLength(1);
    for (const table of ['webhook', 'webhook_delivery'])
      expect(await fixtures.database.sql(`SELECT FROM ${table} WHERE tenant_id = $1`, [at.tenant.id])).toEqual([]);
    const receipt = await fixtures.database.sql<{ name: string; count: number }>(
      "SELECT table_name AS name, row_count::int AS count FROM purge_receipt WHERE tenant_id = $1 AND table_name LIKE 'webhook%' ORDER BY 1",
      [at.tenant.id],
    );
    expect(receipt).toEqual([
      { name: 'webhook', count: 1 },
      { name: 'webhook_delivery', count: 1 },
    ]);
  });

  test.each(['owner', 'admin'] satisfies Role[])(
    'T1: an event goes to no webhook of another tenant, whose %s is a member of both',
    async role => {
      const other = at.tenant;
      const theirs = await make();
      at.tenant = await fixtures.home();
      await fixtures.make.member(at.tenant, other[role].person, ['viewer']);
      await rename('Mine');
      await run(theirs, {}, fixtures.gateway.unit(other.id));
      expect(received()).toEqual([]);
    },
  );
});
