import { type Act, operate } from '../core/command.ts';
import type { RowName } from '../core/row-ref.ts';
import { voidTransfer } from '../ownership/void.ts';
import { otherMember } from './set-roles.ts';

/**
 * Removes another member: the membership, never the person, whose other tenants feel nothing (SPEC R4).
 *
 * @throws {GatewayError} NOT_FOUND, OWN_MEMBERSHIP, OWNER_PROTECTED.
 */
export const removeMember = (act: Act, { membership }: { membership: RowName }): Promise<{ tenantId: string; membershipId: string }> =>
  operate(act, async operation => {
    const { id, roles, name } = await otherMember(operation, membership);
    await voidTransfer(operation, 'member removed', id);
    await operation.db.membership.deleteMany({ where: { id } });
    await operation.record({ target: { type: 'Membership', id }, before: { name, roles } });
    return { tenantId: operation.tenantId, membershipId: id };
  });
