import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { WebhookSender } from '../../src/domain/webhook/sender.ts';
import { webhookSender } from '../../src/webhook/sender.ts';
import { useWebhooks } from '../domain/webhook/scene.ts';
import { ROUNDS } from './rounds.ts';

const { at, fixtures, make, run, must } = useWebhooks();
const SENDER = webhookSender({ allowLoopback: true });

/** A sender that notes when each request is written. */
function noting(written: number[]): WebhookSender {
  return {
    connect: async (url, isNew) => {
      const connection = await SENDER.connect(url, isNew);
      return {
        isReused: connection.isReused,
        write: request => {
          written.push(performance.now());
          return connection.write(request);
        },
        response: () => connection.response(),
        close: () => connection.close(),
      };
    },
  };
}

describe('E2, S5: events and a revocation at the same time', () => {
  test.each(Array.from({ length: ROUNDS }, (_, round) => round))('nothing is written after it was acknowledged (%i)', async () => {
    const hook = await make({ types: ['DATASET_CREATED'] });
    for (let i = 0; i < 12; i += 1) await must(at.tenant.owner, 'createDataset', { name: `${i}` });
    const written: number[] = [];
    const membershipId = Buffer.from(`Membership:${at.tenant.id}:${at.tenant.admin.id}`).toString('base64url');
    const revoke = async () => {
      await sleep(Math.random() * 60);
      await must(at.tenant.owner, 'setMemberRoles', { membershipId, roles: ['OPERATOR'] });
      return performance.now();
    };
    const [acknowledged] = await Promise.all([revoke(), run(hook, { sender: noting(written) }), run(hook, { sender: noting(written) })]);
    expect(written.filter(moment => moment > acknowledged)).toEqual([]);
    const rows = await fixtures.database.sql<{ status: string; count: number }>(
      'SELECT status, count(*)::int AS count FROM webhook_delivery WHERE tenant_id = $1 GROUP BY 1',
      [at.tenant.id],
    );
    const counts = Object.fromEntries(rows.map(({ status, count }) => [status, count]));
    expect(counts.delivered ?? 0).toBe(written.length);
    expect((counts.delivered ?? 0) + (counts.skipped ?? 0)).toBe(12);
  });
});
