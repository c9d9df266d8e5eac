import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { UnitOfWork } from '../../../src/database/index.ts';
import { type RunDependencies, runWebhook } from '../../../src/domain/webhook/run.ts';
import type { WebhookSender } from '../../../src/domain/webhook/sender.ts';
import { webhookSender } from '../../../src/webhook/sender.ts';
import { accept, type Receiver, startReceiver } from '../../support/receiver.ts';
import { type Caller, type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';
import { WEBHOOK_KEYS } from '../../support/webhooks.ts';

/** A webhook of a test: its global id, its row's id, and its secret. */
export type MadeWebhook = { readonly globalId: string; readonly id: string; readonly secret: string };

const TYPES = ['TENANT_RENAMED', 'DATASET_CREATED', 'DATASET_UPDATED', 'MEMBER_ROLES_CHANGED'];
const SENDER = webhookSender({ allowLoopback: true });
const DELIVERIES =
  'query ($id: ID!) { node(id: $id) { ... on Webhook { status deliveries(first: 50) { nodes: edges { node { id kind type eventId status tries statusCode failure durationMs lastTryAt nextTryAt endedAt } } } } } }';

/** A gateway, a receiver, and a tenant for each test. */
export function useWebhooks() {
  const fixtures = useTenantFixtures();
  const { gateway } = fixtures;
  const at = {} as { receiver: Receiver; tenant: TenantWithMembers };
  beforeAll(async () => {
    at.receiver = await startReceiver();
  });
  afterAll(() => at.receiver.stop());
  beforeEach(async () => {
    at.tenant = await fixtures.home();
    at.receiver.received.length = 0;
    at.receiver.answer = accept;
  });
  const must = async (by: Caller, name: string, input: object, selection = '__typename') => {
    const { data, errors } = await fixtures.mutate(by, name, input, selection);
    if (errors.length) throw new Error(`${name}: ${errors[0]!.message}`);
    return data[name];
  };
  return {
    ...{ fixtures, gateway, at, must },
    unit: (): UnitOfWork => gateway.unit(at.tenant.id),
    make: async (input: object = {}, by: Caller = at.tenant.admin): Promise<MadeWebhook> => {
      const given = { name: 'Hook', url: at.receiver.url, types: TYPES, ...input };
      const { secret, webhook } = await must(by, 'createWebhook', given, 'secret webhook { id }');
      return { globalId: webhook.id, id: Buffer.from(webhook.id, 'base64url').toString().split(':')[2]!, secret };
    },
    /** Runs the job of a webhook. */
    run: ({ id }: MadeWebhook, more: Partial<RunDependencies> = {}, unit = gateway.unit(at.tenant.id)): Promise<void> =>
      runWebhook(unit, { clock: gateway.clock, keys: WEBHOOK_KEYS, sender: SENDER, ...more }, id),
    rename: (name: string) => must(at.tenant.owner, 'renameTenant', { name }),
    /** A sender that does something once a connection is there, before anything is checked. */
    afterConnecting: (work: () => Promise<unknown>): WebhookSender => ({
      connect: async url => {
        const connection = await SENDER.connect(url);
        await work();
        return connection;
      },
    }),
    /** The deliveries as owner and admin read them, oldest first. */
    deliveries: async ({ globalId: id }: MadeWebhook) => {
      const { data } = await fixtures.query(at.tenant.owner, DELIVERIES, { id });
      return (data.node.deliveries.nodes as { node: Record<string, unknown> }[]).map(({ node }) => node).reverse();
    },
    status: async ({ globalId: id }: MadeWebhook): Promise<string> =>
      (await fixtures.query(at.tenant.owner, DELIVERIES, { id })).data.node.status,
    received: () => at.receiver.received,
    /** What was received, as JSON. */
    events: () => at.receiver.received.map(({ body }) => JSON.parse(body) as { id: string; type: string; data: Record<string, unknown> }),
  };
}
