import type { Role } from '../../access/vocabulary.ts';
import { type Command, type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { localRow, type RowRef } from '../core/row-ref.ts';
import { endInvitations } from '../invitation/end.ts';
import { voidTransfer } from '../ownership/void.ts';
import { checkGrantable, ownerProtected, roleSet } from './roles.ts';

type ChangedMembership = { readonly tenantId: string; readonly membershipId: string };

/**
 * Gives another member exactly these roles (SPEC R4). The roles that the member has already change
 * nothing and leave no event.
 *
 * @throws {GatewayError} BAD_USER_INPUT, NOT_FOUND, OWN_MEMBERSHIP, OWNER_PROTECTED,
 * ROLE_NOT_GRANTABLE.
 */
export const setMemberRoles = (
  context: CommandContext,
  input: { membership: RowRef; roles: readonly Role[] },
): Promise<ChangedMembership> => {
  const roles = roleSet(input.roles);
  return runCommand(context, async command => {
    const { id, roles: before } = await otherMember(command, input.membership);
    if (isSame(roles, before)) return { tenantId: command.tenantId, membershipId: id };
    checkGrantable(
      roles.filter(role => !before.includes(role)),
      command.me!.roles,
    );
    await voidTransfer(command, 'roles changed', id);
    await command.db.membership.updateMany({ where: { id }, data: { roles } });
    await endInvitations(command, id, roles);
    await command.record({ target: { type: 'Membership', id }, before: { roles: before }, after: { roles } });
    return { tenantId: command.tenantId, membershipId: id };
  });
};

const isSame = (roles: readonly Role[], before: readonly Role[]) =>
  roles.length === before.length && roles.every(role => before.includes(role));

/** Another member than the caller. */
export type OtherMember = { readonly id: string; readonly roles: readonly Role[]; readonly name: string };

/**
 * Finds a member whom the caller may change or remove: not the caller, and not the owner (SPEC R4).
 *
 * @throws {GatewayError} NOT_FOUND, OWN_MEMBERSHIP, OWNER_PROTECTED.
 */
export async function otherMember({ context, db, me }: Command, membership: RowRef): Promise<OtherMember> {
  const id = localRow(context, membership);
  const found = await db.membership.findFirst({ where: { id }, select: { roles: true, user: { select: { name: true } } } });
  if (!found) throw new GatewayError('NOT_FOUND', 'There is no such member.');
  if (id === me!.id) throw new GatewayError('OWN_MEMBERSHIP', 'Use leaveTenant or dropRoles for your own membership.');
  if (found.roles.includes('owner')) throw ownerProtected();
  return { id, roles: found.roles as Role[], name: found.user.name };
}
