import { type Act, operate } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { type RowName, rowHere } from '../core/row-ref.ts';

/**
 * Takes an invitation back (SPEC R5): its code is worth nothing from now on.
 *
 * @throws {GatewayError} NOT_FOUND.
 */
export const revokeInvitation = (act: Act, invitation: RowName): Promise<{ tenantId: string; invitationId: string }> =>
  operate(act, async ({ db, record, meanwhile, tenantId }) => {
    const id = rowHere(act, invitation);
    const [revoked] = await db.invitation.findMany({ where: { id }, select: { email: true, roles: true } });
    if (!revoked) throw new GatewayError('NOT_FOUND', 'There is no such invitation.');
    meanwhile(db.invitation.deleteMany({ where: { id } }));
    await record({ target: { type: 'Invitation', id }, before: revoked });
    return { tenantId, invitationId: id };
  });
