import { type Transaction, tryHold, type UnitOfWork } from '../../database/index.ts';
import { inTenant } from '../core/due.ts';
import type { Clock, Mail, Message } from '../core/services.ts';
import { newInvitationCode } from './secret.ts';

/**
 * What sending needs: the time, the post, and where the page is that accepts an invitation;
 * `{code}` stands for the code.
 */
export type MailSettings = { readonly clock: Clock; readonly mail: Mail; readonly acceptUrl: string };

/**
 * Sends the invitations of the bound tenant that haven't gone out, each once, while it is active.
 * The code is made here and is nowhere but in the message (SPEC R5): a second try makes a new one.
 * Several may run at once: one of them sends.
 *
 * @throws {AggregateError} of those that weren't taken, once all were tried: they are tried again
 * with the next call.
 */
export async function sendInvitations(unit: UnitOfWork, mailSettings: MailSettings): Promise<void> {
  const failures: unknown[] = [];
  for (let next = await withCode(unit, mailSettings, null); next; next = await withCode(unit, mailSettings, next.id))
    await send(unit, mailSettings, next).catch(error => failures.push(error));
  if (failures.length) throw new AggregateError(failures, `${failures.length} invitations could not be sent`);
}

type Next = { readonly id: string; readonly letter: Letter | null };
type Letter = { readonly hash: Uint8Array<ArrayBuffer>; readonly message: Message };

/**
 * The first unsent invitation after another, with a new code; without a letter where somebody else
 * is sending it, or has just now.
 */
async function withCode(unit: UnitOfWork, { clock, acceptUrl }: MailSettings, after: string | null): Promise<Next | null> {
  let next: Next | null = null;
  await inTenant(unit, clock, async ({ db, query, tenant, tenantId, now }) => {
    next = null;
    if (tenant.status !== 'active') return;
    const where = { sentAt: null, expiresAt: { gt: now }, ...(after && { id: { gt: after } }) };
    const unsent = await db.invitation.findFirst({ where, orderBy: { id: 'asc' } });
    if (!unsent) return;
    const { id } = unsent;
    next = { id, letter: null };
    if (!(await tryHold(query, sending(id)))) return;
    const { code, hash } = newInvitationCode({ tenantId, id });
    const { count } = await db.invitation.updateMany({ where: { id, sentAt: null }, data: { secretHash: hash } });
    if (!count) return;
    next = { id, letter: { hash, message: messageOf(tenant.name, unsent, acceptUrl.replace('{code}', code), code) } };
  });
  return next;
}

/** Sends while nobody else does, and only if the code is still the one that was made last. */
async function send(unit: UnitOfWork, { clock, mail }: MailSettings, { id, letter }: Next): Promise<void> {
  if (!letter) return;
  const { hash, message } = letter;
  const sendOnce = async ({ db, query }: Transaction) => {
    const where = { id, secretHash: hash, sentAt: null };
    if (!(await tryHold(query, sending(id))) || !(await db.invitation.count({ where }))) return;
    await mail.send(message);
    await db.invitation.updateMany({ where, data: { sentAt: clock.now() } });
  };
  await unit.transaction(sendOnce, { once: true });
}

const sending = (id: string) => `sending ${id}`;

const messageOf = (
  tenant: string,
  { email, inviter, expiresAt }: { email: string; inviter: string; expiresAt: Date },
  url: string,
  code: string,
) => ({
  to: email,
  subject: `${inviter} invites you to ${tenant} on IPTO`,
  text: `${inviter} invites you to become a member of ${tenant} on IPTO.

Accept or decline here, signed in with this e-mail address:
${url}

Or send this code to acceptInvitation:
${code}

It is good until ${expiresAt.toISOString()}. If you don't know what this is about, do nothing.
`,
});
