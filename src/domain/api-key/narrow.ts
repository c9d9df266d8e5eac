import type { Permission } from '../../access/policy.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import type { RowRef } from '../core/row-ref.ts';
import { heldLiveKey } from './held.ts';
import { refuseScopes, scopeSet } from './scopes.ts';

/** A key that was changed. */
export type ChangedKey = { readonly tenantId: string; readonly apiKeyId: string };

/**
 * Reduces an API key to some of its scopes (SPEC K3). All of its scopes change nothing and leave no
 * event.
 *
 * @throws {GatewayError} BAD_USER_INPUT, NOT_FOUND, KEY_ENDED; SCOPE_NOT_GRANTABLE for a scope that
 * the key doesn't have.
 */
export const narrowApiKey = (context: CommandContext, input: { apiKey: RowRef; scopes: readonly Permission[] }): Promise<ChangedKey> => {
  const scopes = scopeSet(input.scopes);
  return runCommand(context, async command => {
    const { id, scopes: before } = await heldLiveKey(command, input.apiKey);
    const { db, record, enqueueWrite, tenantId } = command;
    refuseScopes(scopes.filter(scope => !before.includes(scope)));
    if (scopes.length === before.length) return { tenantId, apiKeyId: id };
    enqueueWrite(db.apiKey.updateMany({ where: { id }, data: { scopes } }));
    await record({ target: { type: 'ApiKey', id }, before: { scopes: before }, after: { scopes } });
    return { tenantId, apiKeyId: id };
  });
};
