import { type Transaction, tryHold, type UnitOfWork } from '../../database/index.ts';
import { inTenant } from '../core/due.ts';
import type { Clock, Mail, Message } from '../core/services.ts';
import { invitationMessage } from './message.ts';
import { newInvitationCode } from './secret.ts';

/** `acceptUrl` is the page that accepts an invitation; `{code}` in it is replaced by the code. */
export type MailSettings = { readonly clock: Clock; readonly mail: Mail; readonly acceptUrl: string };

/**
 * Sends the bound tenant's unsent invitations while it is active, each once. The code is created
 * here and only the message contains it (SPEC R5); another try creates a new one. Safe to run
 * concurrently: one of the runs sends.
 *
 * @throws {AggregateError} of the messages that weren't accepted, after all were tried. The next
 * call tries them again.
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
 * The next unsent invitation with a new code; without a letter when another run is sending it or
 * has just sent it.
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
    next = {
      id,
      letter: { hash, message: invitationMessage({ ...unsent, tenant: tenant.name, url: acceptUrl.replace('{code}', code), code }) },
    };
  });
  return next;
}

/** Sends unless another run does, and only if the code is still the latest. */
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
