import { randomUUID } from 'node:crypto';
import type { DocumentMode } from '../../access/document-mode.ts';
import type { Permission } from '../../access/policy.ts';
import { type Command, type CommandContext, runCommand } from '../core/command.ts';
import { badInput } from '../core/errors.ts';
import { line } from '../core/text.ts';
import { applyDueChange } from '../plan/apply.ts';
import { capReached, keysInUse, limitsOn } from '../plan/limits.ts';
import { checkScopes, scopeSet } from './scopes.ts';
import { newSecret } from './secret.ts';

/** The longest name of a key, code points. */
const NAME_LIMIT = 80;

/** A key and its secret, which is shown only here. */
export type KeyWithSecret = { readonly tenantId: string; readonly apiKeyId: string; readonly secret: string };

/**
 * Creates an API key of the tenant, held by the caller (SPEC K1). Only the answer contains the
 * secret.
 *
 * @throws {GatewayError} BAD_USER_INPUT, SCOPE_NOT_GRANTABLE, LIMIT_REACHED (SPEC P3).
 */
export const createApiKey = (
  context: CommandContext,
  input: {
    name: string;
    scopes: readonly Permission[];
    expiresAt?: Date | null | undefined;
    documentMode?: DocumentMode | null | undefined;
    costPointsPerMinute?: number | null | undefined;
  },
): Promise<KeyWithSecret> => {
  const name = line(input.name, 'The name', NAME_LIMIT);
  const scopes = scopeSet(input.scopes);
  const expiresAt = input.expiresAt ?? null;
  const documentMode = input.documentMode ?? 'off';
  const costPointsPerMinute = input.costPointsPerMinute ?? null;
  if (costPointsPerMinute !== null && costPointsPerMinute < 1) throw badInput('`costPointsPerMinute` must be 1 or more.');
  return runCommand(context, async command => {
    const { db, me, now, record, enqueueWrite, tenantId } = command;
    if (expiresAt && expiresAt <= now) throw badInput('`expiresAt` must be in the future.');
    checkScopes(scopes, me!.roles);
    await checkPlaces(command);
    const id = randomUUID();
    const { text, hash } = newSecret({ tenantId, id });
    const holder = { holderId: me!.id, holderName: context.profile!.name };
    const settings = { name, scopes, expiresAt };
    enqueueWrite(
      db.apiKey.create({ data: { id, ...settings, secretHash: hash, ...holder, createdAt: now, documentMode, costPointsPerMinute } }),
    );
    const special = { ...(documentMode !== 'off' && { documentMode }), ...(costPointsPerMinute !== null && { costPointsPerMinute }) };
    await record({ target: { type: 'ApiKey', id }, after: { ...settings, ...special } });
    return { tenantId, apiKeyId: id, secret: text };
  });
};

async function checkPlaces(command: Command) {
  const { planCode } = await applyDueChange(command);
  const used = await keysInUse(command.db, command.now);
  const full = capReached('API keys', (await limitsOn(command.db, planCode)).apiKeyLimit, used);
  if (full) throw full;
}
