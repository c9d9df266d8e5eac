import { expect, test } from 'vitest';
import { verifyWebhook, WebhookError } from '../../../packages/client/src/index.ts';
import { useWebhooks } from '../../domain/webhook/scene.ts';

const { at, gateway, make, run, rename, must, received } = useWebhooks();

/** Verifies the last delivery, at the time of the gateway. */
const verifyLast = (secrets: string | readonly string[]) => {
  const { body, headers } = received().at(-1)!;
  return verifyWebhook(body, headers, secrets, { now: gateway.clock.now().getTime() });
};

test('E2: the client verifies what the gateway sends, also while a new secret replaces an old one', async () => {
  const hook = await make();
  await rename('First');
  await run(hook);
  const { id, payload } = await verifyLast(hook.secret);
  expect(payload).toMatchObject({ id, type: 'tenant.renamed', data: { name: 'First' } });

  const { secret } = await must(at.tenant.owner, 'rotateWebhookSecret', { webhookId: hook.globalId }, 'secret');
  await rename('Second');
  await run(hook);
  for (const each of [hook.secret, secret, [secret, hook.secret]])
    expect((await verifyLast(each)).payload).toMatchObject({ data: { name: 'Second' } });

  const other = await make();
  await expect(verifyLast(other.secret)).rejects.toThrow(WebhookError);
  gateway.clock.advance({ minutes: 6 });
  await expect(verifyLast(secret)).rejects.toMatchObject({ fault: 'TIMESTAMP' });
});
