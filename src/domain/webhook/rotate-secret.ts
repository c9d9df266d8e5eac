import { type CommandContext, runCommand } from '../core/command.ts';
import { badInput } from '../core/errors.ts';
import type { RowRef } from '../core/row-ref.ts';
import { minutesAfter } from '../core/services.ts';
import type { WebhookWithSecret } from './create.ts';
import { namedWebhook } from './named.ts';
import { newSecret, secretText } from './secret.ts';
import { secretKeysOf } from './secret-keys.ts';

/** How long the earlier secret signs as well after a rotation, minutes: maximum and default. */
export const OVERLAP = { max: 7 * 24 * 60, default: 24 * 60 } as const;

/**
 * Gives a webhook a new secret (SPEC E2). For a while requests carry the signatures of both, so
 * that the receiver can change over at any moment of it. Older secrets end.
 *
 * @throws {GatewayError} BAD_USER_INPUT, NOT_FOUND, NOT_CONFIGURED.
 */
export const rotateWebhookSecret = (
  context: CommandContext,
  { webhook, overlapMinutes }: { webhook: RowRef; overlapMinutes?: number | null | undefined },
): Promise<WebhookWithSecret> => {
  const overlap = overlapMinutes ?? OVERLAP.default;
  if (overlap < 0 || overlap > OVERLAP.max)
    throw badInput(`\`overlapMinutes\` must be from 0 to ${OVERLAP.max}.`, { limit: OVERLAP.max, actual: overlap });
  const keys = secretKeysOf(context.services.webhooks);
  return runCommand(context, async command => {
    const { id, secret: sealed } = await namedWebhook(command, webhook);
    const { db, now, record, enqueueWrite, tenantId } = command;
    const secret = newSecret();
    const until = overlap ? minutesAfter(now, overlap) : null;
    const earlier = { earlierSecret: until && sealed, earlierUntil: until };
    enqueueWrite(
      db.webhook.updateMany({ where: { id }, data: { secret: keys.seal(secret, { tenantId, id }), ...earlier, rotatedAt: now } }),
    );
    await record({ target: { type: 'Webhook', id }, after: { earlierSecretUntil: until } });
    return { tenantId, webhookId: id, secret: secretText(secret) };
  });
};
