import { uuidv7 as uuid } from 'uuidv7';
import type { Role } from '../../access/vocabulary.ts';
import { wakeJobs } from '../../database/queries/jobs.ts';
import { type Command, type CommandContext, runCommand } from '../core/command.ts';
import { emailAddress } from '../core/email.ts';
import { GatewayError } from '../core/errors.ts';
import { daysAfter } from '../core/services.ts';
import { checkGrantable, roleSet } from '../membership/roles.ts';
import { applyDueChange } from '../plan/apply.ts';
import { capReached, limitsOn, memberUse } from '../plan/limits.ts';
import { checkMessageLimits } from './message-limits.ts';

/**
 * Invites an e-mail address (SPEC R5). It replaces an earlier invitation of the same address. A job
 * creates the code and mails it; only the message contains the code.
 *
 * @throws {GatewayError} BAD_USER_INPUT, ROLE_NOT_GRANTABLE, ALREADY_MEMBER, LIMIT_REACHED.
 */
export const inviteMember = (
  context: CommandContext,
  input: { email: string; roles: readonly Role[] },
): Promise<{ tenantId: string; invitationId: string; replacedId: string | null }> => {
  const email = emailAddress(input.email);
  const roles = roleSet(input.roles);
  return runCommand(context, async command => {
    const { db, me, now, record, query, tenantId } = command;
    checkGrantable(roles, me!.roles);
    if (await db.membership.count({ where: hasAddress(email) }))
      throw new GatewayError(
        'ALREADY_MEMBER',
        'A member already has this e-mail address. Change the roles of that membership, or remove it first.',
      );
    await checkMessageLimits(command, email);
    const before = await db.invitation.findFirst({ where: { email }, select: { id: true, roles: true } });
    if (before) await db.invitation.deleteMany({ where: { id: before.id } });
    await checkPlaces(command);
    const id = uuid();
    const expiresAt = daysAfter(now, context.services.settings.invitationDays);
    await db.invitation.create({
      data: { id, email, roles, inviter: context.profile!.name, inviterMembershipId: me!.id, createdAt: now, expiresAt },
    });
    await wakeJobs(query, tenantId);
    const details = { target: { type: 'Invitation', id }, after: { email, roles, expiresAt } };
    await record(before ? { ...details, action: 'invitation.replace', before: { id: before.id, roles: before.roles } } : details);
    return { tenantId, invitationId: id, replacedId: before?.id ?? null };
  });
};

/** Matches the memberships of people with a verified address. */
export const hasAddress = (email: string) => ({ user: { email, emailVerified: true } });

async function checkPlaces(command: Command) {
  const { planCode } = await applyDueChange(command);
  const { members, invitations } = await memberUse(command.db, command.now);
  const full = capReached('members', (await limitsOn(command.db, planCode)).memberLimit, members + invitations);
  if (full) throw full;
}
