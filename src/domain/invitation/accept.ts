import { uuidv7 as uuid } from 'uuidv7';
import type { PlanFeature, Role, TenantStatus } from '../../access/vocabulary.ts';
import type { PersonMembership } from '../../database/queries/membership.ts';
import { refuse } from '../audit/refusal.ts';
import { type Command, type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { applyDueChange } from '../plan/apply.ts';
import { capReached, limitsOn } from '../plan/limits.ts';
import { checkSecret, presentedInvitation } from './answer.ts';
import { hasAddress } from './create.ts';

/** The invitation that is gone, and the membership that came of it. */
export type AcceptedInvitation = { readonly invitationId: string; readonly membership: PersonMembership };

/**
 * Makes the caller a member with the invitation's roles and deletes the invitation (SPEC R5).
 *
 * @throws {GatewayError} INVITATION_INVALID, INVITATION_FOR_ANOTHER, EMAIL_UNVERIFIED,
 * ALREADY_MEMBER, LIMIT_REACHED (SPEC P3, P4).
 */
export const acceptInvitation = async (context: CommandContext, { code }: { code: string }): Promise<AcceptedInvitation> => {
  await checkSecret(context, code);
  return runCommand(context, async command => {
    const presented = await presentedInvitation(command, code);
    if (presented instanceof GatewayError) return presented;
    const { id, email, roles, personId } = presented;
    const { db, now } = command;
    if (await db.membership.count({ where: { userId: personId } }))
      return refuse(command, new GatewayError('ALREADY_MEMBER', 'You are already a member of this tenant.'));
    if (await db.membership.count({ where: hasAddress(email) })) return refuse(command, addressTaken());
    const full = await noPlace(command);
    if (full) return refuse(command, full);
    const membership = await db.membership.create({ data: { id: uuid(), userId: personId, roles, createdAt: now } });
    await db.invitation.deleteMany({ where: { id } });
    await command.record({ target: { type: 'Membership', id: membership.id }, before: { invitation: id }, after: { email, roles } });
    return { invitationId: id, membership: await membershipIn(command, membership.id, roles as Role[]) };
  });
};

/** Another account of the same person, or of a colleague with the same mailbox. */
const addressTaken = () =>
  new GatewayError(
    'ALREADY_MEMBER',
    'Another account with this e-mail address is already a member. Sign in with that one, or ask the owner to remove its membership.',
  );

/**
 * LIMIT_REACHED when a downgrade took the invitation's place (SPEC P4); else null. Only members
 * count: an open invitation holds its own place.
 */
async function noPlace(command: Command): Promise<GatewayError | null> {
  const { planCode } = await applyDueChange(command);
  const { memberLimit } = await limitsOn(command.db, planCode);
  return capReached('members', memberLimit, await command.db.membership.count());
}

async function membershipIn({ db, now }: Command, membershipId: string, roles: readonly Role[]): Promise<PersonMembership> {
  const { id, slug, name, status, statusReason, plan, sells, buys } = await db.tenant.findFirstOrThrow({ include: { plan: true } });
  return {
    ...{ tenantId: id, slug, name, status: status as TenantStatus, statusReason, sells, buys },
    ...{ plan: plan.code as PersonMembership['plan'], features: plan.features as PlanFeature[] },
    ...{ membershipId, roles, joinedAt: now },
  };
}
