import { type CommandContext, runCommand } from '../core/command.ts';
import { badInput } from '../core/errors.ts';
import type { RowRef } from '../core/row-ref.ts';
import { minutesAfter } from '../core/services.ts';
import type { KeyWithSecret } from './create.ts';
import { heldLiveKey } from './held.ts';
import { checkScopes } from './scopes.ts';
import { newSecret } from './secret.ts';

/** How long the earlier secret works after a rotation, minutes: maximum and default. */
export const OVERLAP = { max: 7 * 24 * 60, default: 24 * 60 } as const;

/**
 * Gives an API key a new secret (SPEC K1). The previous secret works for a while; older ones stop
 * working. The caller needs the permissions of the key's scopes, as for creating it.
 *
 * @throws {GatewayError} BAD_USER_INPUT, NOT_FOUND, KEY_ENDED, SCOPE_NOT_GRANTABLE.
 */
export const rotateApiKey = (
  context: CommandContext,
  { apiKey, overlapMinutes }: { apiKey: RowRef; overlapMinutes?: number | null | undefined },
): Promise<KeyWithSecret> => {
  const overlap = overlapMinutes ?? OVERLAP.default;
  if (overlap < 0 || overlap > OVERLAP.max)
    throw badInput(`\`overlapMinutes\` must be from 0 to ${OVERLAP.max}.`, { limit: OVERLAP.max, actual: overlap });
  return runCommand(context, async command => {
    const { id, scopes, secretHash } = await heldLiveKey(command, apiKey);
    const { db, me, now, record, enqueueWrite, tenantId } = command;
    checkScopes(scopes, me!.roles);
    const { text, hash } = newSecret({ tenantId, id });
    const until = overlap ? minutesAfter(now, overlap) : null;
    const earlier = { earlierHash: until && secretHash, earlierExpiresAt: until };
    enqueueWrite(db.apiKey.updateMany({ where: { id }, data: { secretHash: hash, ...earlier, rotatedAt: now } }));
    await record({ target: { type: 'ApiKey', id }, after: { earlierSecretUntil: until } });
    return { tenantId, apiKeyId: id, secret: text };
  });
};
