import { type Act, operate } from '../core/command.ts';
import type { RowName } from '../core/row-ref.ts';
import { heldKey } from './held.ts';
import type { ChangedKey } from './narrow.ts';

/**
 * Revokes an API key, all of its secrets, at once and for good (SPEC K1). One that was revoked stays so, and leaves no event.
 *
 * @throws {GatewayError} NOT_FOUND.
 */
export const revokeApiKey = (act: Act, { apiKey }: { apiKey: RowName }): Promise<ChangedKey> =>
  operate(act, async operation => {
    const { id, name, scopes, revokedAt } = await heldKey(operation, apiKey);
    const { db, now, record, meanwhile, tenantId } = operation;
    if (revokedAt) return { tenantId, apiKeyId: id };
    meanwhile(db.apiKey.updateMany({ where: { id }, data: { revokedAt: now } }));
    await record({ target: { type: 'ApiKey', id }, before: { name, scopes } });
    return { tenantId, apiKeyId: id };
  });
