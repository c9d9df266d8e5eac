import { ruleOf } from '../../access/policy.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { localRow, type RowRef } from '../core/row-ref.ts';
import { heldLiveKey } from './held.ts';
import type { ChangedKey } from './narrow.ts';

/** The roles that may hold keys: those that may change their own keys. */
const { roles: HOLDERS } = ruleOf('api-key:update');

/**
 * Gives an API key another holder, a member with a role that may hold keys (SPEC K3). Secret and
 * scopes stay. The current holder changes nothing and leaves no event.
 *
 * @throws {GatewayError} NOT_FOUND for the key and for the member, KEY_ENDED, KEY_NOT_HOLDABLE.
 */
export const handOverApiKey = (context: CommandContext, input: { apiKey: RowRef; membership: RowRef }): Promise<ChangedKey> =>
  runCommand(context, async command => {
    const { id, holderId, holderName } = await heldLiveKey(command, input.apiKey);
    const { db, record, enqueueWrite, tenantId } = command;
    const to = localRow(context, input.membership);
    const member = await db.membership.findFirst({ where: { id: to }, select: { roles: true, user: { select: { name: true } } } });
    if (!member) throw new GatewayError('NOT_FOUND', 'There is no member with this id.');
    if (!HOLDERS.some(role => member.roles.includes(role)))
      throw new GatewayError('KEY_NOT_HOLDABLE', `The member needs one of the roles ${HOLDERS.join(', ')} to hold API keys.`, {
        roles: HOLDERS.map(role => role.toUpperCase()),
      });
    if (to === holderId) return { tenantId, apiKeyId: id };
    const { name } = member.user;
    enqueueWrite(db.apiKey.updateMany({ where: { id }, data: { holderId: to, holderName: name } }));
    await record({
      target: { type: 'ApiKey', id },
      before: { holder: holderId, name: holderName },
      after: { holder: to, name },
    });
    return { tenantId, apiKeyId: id };
  });
