import { type Act, operate } from '../core/command.ts';
import { voidTransfer } from '../ownership/void.ts';
import { ownerProtected } from './roles.ts';

/**
 * Ends the caller's own membership (SPEC R4, S2).
 *
 * @throws {GatewayError} OWNER_PROTECTED for the owner.
 */
export const leaveTenant = (act: Act): Promise<{ tenantId: string }> =>
  operate(act, async operation => {
    const { id, roles } = operation.me!;
    if (roles.includes('owner')) throw ownerProtected();
    await voidTransfer(operation, 'member left', id);
    await operation.db.membership.deleteMany({ where: { id } });
    await operation.record({ target: { type: 'Membership', id }, before: { roles } });
    return { tenantId: operation.tenantId };
  });
