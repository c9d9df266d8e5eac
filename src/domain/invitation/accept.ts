import { v7 as uuid } from 'uuid';
import type { PlanFeature, Role, TenantStatus } from '../../access/vocabulary.ts';
import type { PersonMembership } from '../../database/queries/crossings.ts';
import { type Act, type Operation, operate, refuse } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { applyDueChange } from '../plan/apply.ts';
import { capReached, limitsOn } from '../plan/limits.ts';
import { heldInvitation } from './answer.ts';

/**
 * Makes the invitation's person a member with its roles (SPEC R5). The invitation is gone then.
 *
 * @throws {GatewayError} INVITATION_INVALID, INVITATION_FOR_ANOTHER, EMAIL_UNVERIFIED, ALREADY_MEMBER, LIMIT_REACHED (SPEC P3, P4).
 */
export const acceptInvitation = (act: Act, { code }: { code: string }): Promise<{ membership: PersonMembership }> =>
  operate(act, async operation => {
    const held = await heldInvitation(operation, code);
    if (held instanceof GatewayError) return held;
    const { id, email, roles, personId } = held;
    const { db, now } = operation;
    if (await db.membership.count({ where: { userId: personId } }))
      return refuse(operation, new GatewayError('ALREADY_MEMBER', 'You are a member already.'));
    const full = await noPlace(operation);
    if (full) return refuse(operation, full);
    const membership = await db.membership.create({ data: { id: uuid(), userId: personId, roles, createdAt: now } });
    await db.invitation.deleteMany({ where: { id } });
    await operation.record({ target: { type: 'Membership', id: membership.id }, before: { invitation: id }, after: { email, roles } });
    return { membership: await membershipIn(operation, membership.id, roles as Role[]) };
  });

/** An open invitation holds its place, unless a downgrade took it (SPEC P4): what counts here is who is a member already. */
async function noPlace(operation: Operation): Promise<GatewayError | null> {
  const { planCode } = await applyDueChange(operation);
  const { memberLimit } = await limitsOn(operation.db, planCode);
  return capReached('members', memberLimit, await operation.db.membership.count());
}

async function membershipIn({ db, now }: Operation, membershipId: string, roles: readonly Role[]): Promise<PersonMembership> {
  const { id, slug, name, status, statusReason, plan, sells, buys } = await db.tenant.findFirstOrThrow({ include: { plan: true } });
  return {
    ...{ tenantId: id, slug, name, status: status as TenantStatus, statusReason, sells, buys },
    ...{ plan: plan.code as PersonMembership['plan'], features: plan.features as PlanFeature[] },
    ...{ membershipId, roles, joinedAt: now },
  };
}
