import type { Role } from '../../access/vocabulary.ts';
import { type Act, type Operation, operate, refuse } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { isTransferCode } from './code.ts';
import { voidTransfer } from './void.ts';

/**
 * The second call of an ownership transfer (SPEC O2): the chosen member gains `owner`, the caller becomes `admin`, at once. A wrong code costs
 * a try; without tries left the transfer is void.
 *
 * @throws {GatewayError} TRANSFER_INVALID, CODE_WRONG.
 */
export const confirmOwnershipTransfer = (act: Act, { code }: { code: string }): Promise<{ tenantId: string }> =>
  operate(act, async operation => {
    const { db, me, now, record, tenantId } = operation;
    const transfer = await db.ownershipTransfer.findFirst();
    if (!transfer || transfer.expiresAt <= now || transfer.fromMembershipId !== me!.id)
      throw new GatewayError('TRANSFER_INVALID', 'No transfer is under way, or its code has expired: ask again.');
    if (!isTransferCode(code, transfer.codeHash)) return wrongCode(operation, transfer.triesLeft - 1);
    const heir = await db.membership.findFirstOrThrow({ where: { id: transfer.toMembershipId }, select: { id: true, roles: true } });
    const [from, to] = [lowered(me!.roles), raised(heir.roles as Role[])];
    await db.ownershipTransfer.deleteMany();
    await db.membership.updateMany({ where: { id: me!.id }, data: { roles: from } }); // the owner first: there are never two
    await db.membership.updateMany({ where: { id: heir.id }, data: { roles: to } });
    await record({
      target: { type: 'Membership', id: heir.id },
      before: { owner: me!.id, roles: { [me!.id]: me!.roles, [heir.id]: heir.roles } },
      after: { owner: heir.id, roles: { [me!.id]: from, [heir.id]: to } },
    });
    return { tenantId };
  });

const lowered = (roles: readonly Role[]): Role[] => [...new Set<Role>(['admin', ...roles.filter(role => role !== 'owner')])];
const raised = (roles: readonly Role[]): Role[] => ['owner', ...roles];

async function wrongCode(operation: Operation, triesLeft: number): Promise<GatewayError> {
  if (triesLeft > 0) await operation.db.ownershipTransfer.updateMany({ data: { triesLeft } });
  else await voidTransfer(operation, 'too many wrong codes');
  return refuse(operation, new GatewayError('CODE_WRONG', 'This is not the code.', { triesLeft }));
}
