import { type CommandContext, runCommand } from '../core/command.ts';
import type { RowRef } from '../core/row-ref.ts';
import { heldKey } from './held.ts';
import type { ChangedKey } from './narrow.ts';

/**
 * Revokes an API key with all its secrets, for good (SPEC K1). A key that is revoked already
 * changes nothing and leaves no event.
 *
 * @throws {GatewayError} NOT_FOUND.
 */
export const revokeApiKey = (context: CommandContext, { apiKey }: { apiKey: RowRef }): Promise<ChangedKey> =>
  runCommand(context, async command => {
    const { id, name, scopes, revokedAt } = await heldKey(command, apiKey);
    const { db, now, record, enqueueWrite, tenantId } = command;
    if (revokedAt) return { tenantId, apiKeyId: id };
    enqueueWrite(db.apiKey.updateMany({ where: { id }, data: { revokedAt: now } }));
    await record({ target: { type: 'ApiKey', id }, before: { name, scopes } });
    return { tenantId, apiKeyId: id };
  });
