import { uuidv7 as uuid } from 'uuidv7';
import type { Role } from '../../access/vocabulary.ts';
import type { ReadClient } from '../../database/index.ts';
import { hasVerifiedAddress, registerPerson } from '../../database/queries/person.ts';
import { refuse } from '../audit/refusal.ts';
import type { Command, CommandContext } from '../core/command.ts';
import { canonicalAddress } from '../core/email.ts';
import { GatewayError } from '../core/errors.ts';
import { refusedIn } from '../core/recheck.ts';
import { canStillGrant, endInvitations } from './end.ts';
import { isSecret, readInvitationCode } from './secret.ts';

/** An invitation presented by the person that it is for. */
export type PresentedInvitation = { readonly id: string; readonly email: string; readonly roles: string[]; readonly personId: string };

/** One error for every invalid code, so that a guess reveals nothing. */
const invalid = () =>
  new GatewayError('INVITATION_INVALID', 'This invitation has expired, was already used, or was replaced. Ask for a new one.');

/** The invitation of a code whose secret is right; null otherwise. */
async function invitationOf(db: ReadClient, code: string) {
  const named = readInvitationCode(code);
  const found = named && (await db.invitation.findFirst({ where: { id: named.id } }));
  return found && isSecret(named.secret, found.secretHash) ? found : null;
}

/**
 * Refuses a guessed code before the command locks the tenant, so that a stranger who guesses
 * doesn't slow its members (SPEC A5).
 *
 * @throws {GatewayError} INVITATION_INVALID.
 */
export async function checkSecret({ work }: CommandContext, code: string): Promise<void> {
  if (!(await invitationOf(work.db, code))) throw invalid();
}

const forAnother = () =>
  new GatewayError('INVITATION_FOR_ANOTHER', 'This invitation is for another e-mail address than your verified one.');

/**
 * Finds the invitation of a code, for the signed-in person whose verified address it is for, if the
 * tenant's status allows the answer; else returns the refusal. Only a caller with the code's secret
 * leaves a refusal in the tenant's log.
 */
export async function presentedInvitation(command: Command, code: string): Promise<PresentedInvitation | GatewayError> {
  const { context, db, query, tenant, tenantId, now } = command;
  const profile = context.profile!;
  const found = tenant && (await invitationOf(db, code));
  if (!found || found.expiresAt <= now) return invalid();
  if (found.inviterMembershipId && (await hasEnded(command, found.inviterMembershipId, found.roles))) return invalid();
  const status = refusedIn(tenant, context.permission, context.grant.principal, tenantId);
  if (status) return refuse(command, status);
  if (!profile.emailVerified || profile.email === null)
    return refuse(command, new GatewayError('EMAIL_UNVERIFIED', 'Verify your e-mail address with your identity provider first.'));
  const address = canonicalAddress(found.email);
  if (profile.email !== address) return refuse(command, forAnother());
  const personId = await registerPerson(query, uuid(), profile);
  // A token from before the person's latest sign-in may have an address that is no longer theirs.
  if (!(await hasVerifiedAddress(query, personId, address))) return refuse(command, forAnother());
  return { id: found.id, email: found.email, roles: found.roles, personId };
}

/** Whether the inviter can no longer grant the roles, for changes that no command made. */
async function hasEnded(command: Command, inviterMembershipId: string, carried: readonly string[]): Promise<boolean> {
  const inviter = await command.db.membership.findFirst({ where: { id: inviterMembershipId }, select: { roles: true } });
  const roles = (inviter?.roles ?? []) as Role[];
  if (canStillGrant(carried, roles)) return false;
  await endInvitations(command, inviterMembershipId, roles);
  return true;
}
