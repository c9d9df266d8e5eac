import { v7 as uuid } from 'uuid';
import { registerPerson } from '../../database/queries/person.ts';
import { type Command, refuse } from '../core/command.ts';
import { comparable } from '../core/email.ts';
import { GatewayError } from '../core/errors.ts';
import { refusedIn } from '../core/recheck.ts';
import { isSecret, readInvitationCode } from './secret.ts';

/** An invitation in the hands of the person that it is for, whose row is at hand as well. */
export type Held = { readonly id: string; readonly email: string; readonly roles: string[]; readonly personId: string };

/**
 * One answer for a code that is none, was used, replaced or revoked, and has expired: whoever
 * guesses learns nothing.
 */
const invalid = () => new GatewayError('INVITATION_INVALID', 'This invitation is not good any more. Ask for a new one.');

/**
 * The invitation that a code opens, for the signed-in person whose verified address it is for, in a
 * status in which it may be answered; or why not. Only who has the code's secret leaves a refusal
 * in the tenant's log.
 */
export async function heldInvitation(command: Command, code: string): Promise<Held | GatewayError> {
  const { context, db, query, tenant, now } = command;
  const profile = context.profile!;
  const named = readInvitationCode(code);
  const found = named && tenant && (await db.invitation.findFirst({ where: { id: named.id } }));
  if (!found || !isSecret(named.secret, found.secretHash) || found.expiresAt <= now) return invalid();
  const status = refusedIn(tenant, context.permission, context.grant.principal, named.tenantId);
  if (status) return refuse(command, status);
  if (!profile.emailVerified || profile.email === null)
    return refuse(command, new GatewayError('EMAIL_UNVERIFIED', 'Verify your e-mail address with your identity provider first.'));
  if (comparable(profile.email) !== found.email)
    return refuse(command, new GatewayError('INVITATION_FOR_ANOTHER', 'This invitation is for another e-mail address than yours.'));
  const personId = await registerPerson(query, uuid(), profile);
  return { id: found.id, email: found.email, roles: found.roles, personId };
}
