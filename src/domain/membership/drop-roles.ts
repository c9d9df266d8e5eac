import type { Role } from '../../access/vocabulary.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { badInput, GatewayError } from '../core/errors.ts';
import { endInvitations } from '../invitation/end.ts';
import { voidTransfer } from '../ownership/void.ts';
import { ownerProtected } from './roles.ts';

/** The caller's membership, and the roles that it keeps. */
export type DroppedRoles = { readonly tenantId: string; readonly membershipId: string; readonly roles: readonly Role[] };

/**
 * Drops some of the caller's own roles (SPEC R4). At least one role stays (SPEC R1).
 *
 * @throws {GatewayError} BAD_USER_INPUT for no role and for all; NOT_FOUND for a role that the
 * caller doesn't have; OWNER_PROTECTED for `owner`.
 */
export const dropRoles = (context: CommandContext, input: { roles: readonly Role[] }): Promise<DroppedRoles> => {
  if (!input.roles.length) throw badInput('Name at least one role to drop.');
  return runCommand(context, async command => {
    const { id, roles: before } = command.me!;
    const missing = input.roles.filter(role => !before.includes(role)).map(role => role.toUpperCase());
    if (missing.length) throw new GatewayError('NOT_FOUND', `You don't have ${missing.join(', ')}.`, { roles: missing });
    if (input.roles.includes('owner')) throw ownerProtected();
    const roles = before.filter(role => !input.roles.includes(role));
    if (!roles.length) throw badInput('One role must stay. To drop the last one, leave the tenant.');
    await voidTransfer(command, 'roles changed', id);
    await command.db.membership.updateMany({ where: { id }, data: { roles } });
    await endInvitations(command, id, roles);
    await command.record({ target: { type: 'Membership', id }, before: { roles: before }, after: { roles } });
    return { tenantId: command.tenantId, membershipId: id, roles };
  });
};
