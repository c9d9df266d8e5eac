import { ungrantable } from '../../access/grant.ts';
import { ruleOf } from '../../access/policy.ts';
import type { Role } from '../../access/vocabulary.ts';
import type { Command } from '../core/command.ts';

/** The roles that may invite. */
const { roles: INVITERS } = ruleOf('invitation:create');

/** Whether a member with these roles may invite somebody with the roles `carried`. */
export const canStillGrant = (carried: readonly string[], roles: readonly string[]): boolean =>
  INVITERS.some(role => roles.includes(role)) && !ungrantable(carried as Role[], roles as Role[]).length;

/**
 * Ends the invitations of a member who can no longer grant what they carry (SPEC R5), each with an
 * event. Call it when a membership's roles change, or with no roles when it ends.
 */
export async function endInvitations(
  { db, record }: Pick<Command, 'db' | 'record'>,
  inviterMembershipId: string,
  roles: readonly Role[],
): Promise<void> {
  const select = { id: true, email: true, roles: true } as const;
  const open = await db.invitation.findMany({ where: { inviterMembershipId }, select, orderBy: { id: 'asc' } });
  const ended = open.filter(invitation => !canStillGrant(invitation.roles, roles));
  if (!ended.length) return;
  await db.invitation.deleteMany({ where: { id: { in: ended.map(({ id }) => id) } } });
  for (const { id, ...before } of ended) await record({ action: 'invitation.end', target: { type: 'Invitation', id }, before });
}
