import { type Transaction, tryHold, type UnitOfWork } from '../../database/index.ts';
import { afterFailure, beginTry, isDue } from '../core/delivery.ts';
import { inTenant } from '../core/due.ts';
import type { Clock, Mail, Message } from '../core/services.ts';
import { invitationMessage } from './message.ts';
import { newInvitationCode } from './secret.ts';

/** `acceptUrl` is the page that accepts an invitation; `{code}` in it is replaced by the code. */
export type MailSettings = { readonly clock: Clock; readonly mail: Mail; readonly acceptUrl: string };

/**
 * Sends the bound tenant's invitations that are due while it is active, each once. The code is
 * created here and only the message contains it (SPEC R5); another try creates a new one. Safe to
 * run concurrently: one of the runs sends.
 *
 * @throws {AggregateError} of the messages that weren't accepted, after all were tried. They are
 * tried again later, or given up (`../core/delivery.ts`).
 */
export async function sendInvitations(unit: UnitOfWork, mailSettings: MailSettings): Promise<void> {
  const failures: unknown[] = [];
  for (let next = await withCode(unit, mailSettings, null); next; next = await withCode(unit, mailSettings, next.id))
    await send(unit, mailSettings, next).catch(error => failures.push(error));
  if (failures.length) throw new AggregateError(failures, `${failures.length} invitations could not be sent`);
}

type Next = { readonly id: string; readonly letter: Letter | null };
type Letter = { readonly hash: Uint8Array<ArrayBuffer>; readonly message: Message; readonly refusals: number };

/**
 * The next invitation that is due, with a new code; without a letter when another run is sending
 * it or has just sent it.
 */
async function withCode(unit: UnitOfWork, { clock, acceptUrl }: MailSettings, after: string | null): Promise<Next | null> {
  let next: Next | null = null;
  await inTenant(unit, clock, async ({ db, query, tenant, tenantId, now }) => {
    next = null;
    if (tenant.status !== 'active') return;
    const where = { ...isDue(now), expiresAt: { gt: now }, ...(after && { id: { gt: after } }) };
    const due = await db.invitation.findFirst({ where, orderBy: { id: 'asc' } });
    if (!due) return;
    const { id, refusals } = due;
    next = { id, letter: null };
    if (!(await tryHold(query, sending(id)))) return;
    const { code, hash } = newInvitationCode({ tenantId, id });
    const { count } = await db.invitation.updateMany({ where: { id, sentAt: null }, data: { secretHash: hash, ...beginTry(due, now) } });
    if (!count) return;
    const message = invitationMessage({ ...due, tenant: tenant.name, url: acceptUrl.replace('{code}', code), code });
    next = { id, letter: { hash, message, refusals } };
  });
  return next;
}

/**
 * Sends unless another run does, and only if the code is still the latest.
 *
 * @throws what the mail server said, after it was stored.
 */
async function send(unit: UnitOfWork, { clock, mail }: MailSettings, { id, letter }: Next): Promise<void> {
  if (!letter) return;
  const { hash, message, refusals } = letter;
  const sendOnce = async ({ db, query }: Transaction) => {
    const where = { id, secretHash: hash, sentAt: null };
    if (!(await tryHold(query, sending(id))) || !(await db.invitation.count({ where }))) return;
    const failure = await mail.send(message).then(
      () => null,
      (error: Error) => ({ error }),
    );
    const now = clock.now();
    const data = failure ? afterFailure({ refusals }, failure.error, now) : { sentAt: now, nextTryAt: null, replyCode: null };
    await db.invitation.updateMany({ where, data });
    return failure;
  };
  const failure = await unit.transaction(sendOnce, { once: true });
  if (failure) throw failure.error;
}

const sending = (id: string) => `sending ${id}`;
