import type { Role } from '../../access/vocabulary.ts';
import { type Act, operate } from '../core/command.ts';
import { badInput, GatewayError } from '../core/errors.ts';
import { voidTransfer } from '../ownership/void.ts';
import { ownerProtected } from './roles.ts';

/**
 * Gives up roles of the caller's own (SPEC R4): the explicit call by which somebody lowers themself. One role stays at least (SPEC R1).
 *
 * @throws {GatewayError} BAD_USER_INPUT for none, and for all; NOT_FOUND for a role that they don't have; OWNER_PROTECTED for `owner`.
 */
export const dropRoles = (act: Act, input: { roles: readonly Role[] }): Promise<{ roles: Role[] }> => {
  if (!input.roles.length) throw badInput('Say which roles to give up.');
  return operate(act, async operation => {
    const { id, roles: before } = operation.me!;
    const missing = input.roles.filter(role => !before.includes(role)).map(role => role.toUpperCase());
    if (missing.length) throw new GatewayError('NOT_FOUND', `You don't have ${missing.join(', ')}.`, { roles: missing });
    if (input.roles.includes('owner')) throw ownerProtected();
    const roles = before.filter(role => !input.roles.includes(role));
    if (!roles.length) throw badInput('One role stays: to give up the last, leave the tenant.');
    await voidTransfer(operation, 'roles changed', id);
    await operation.db.membership.updateMany({ where: { id }, data: { roles } });
    await operation.record({ target: { type: 'Membership', id }, before: { roles: before }, after: { roles } });
    return { roles };
  });
};
