import { countMessages } from '../../database/queries/message.ts';
import type { Command } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { daysAfter } from '../core/services.ts';

/**
 * Refuses an invitation when too many messages were sent in the last 24 hours: to the recipient and
 * by the person in all tenants, or by the tenant (SPEC R5). The audit logs count them, so that
 * revoking or replacing an invitation gives nothing back. Of other tenants the refusal tells
 * nothing but that the address can't get more: not who wrote, nor when (SPEC T4). Call it under the
 * tenant lock.
 *
 * @throws {GatewayError} LIMIT_REACHED with `retryAt`.
 */
export async function checkMessageLimits({ db, query, context, now }: Command, email: string): Promise<void> {
  const { recipient, person, tenant } = context.services.settings.messageLimits;
  const since = daysAfter(now, -1);
  const counted = await countMessages(query, { address: email, recipientLimit: recipient, personLimit: person, since });
  const recent = await db.auditEvent.findMany({
    where: { action: { in: ['invitation.create', 'invitation.replace'] }, outcome: 'done', at: { gt: since } },
    select: { at: true, stateAfter: true },
    orderBy: { seq: 'desc' },
    take: tenant,
  });
  const own = recent.filter(({ stateAfter }) => emailOf(stateAfter) === email);
  if (counted.isFull) throw limitReached('to one address', recipient, own[recipient - 1]?.at ?? now);
  if (counted.personSentAt) throw limitReached('from one person', person, counted.personSentAt);
  if (recent.length >= tenant) throw limitReached('from one tenant', tenant, recent[tenant - 1]!.at);
}

/** @param sentAt the message whose place is free again after a day. */
const limitReached = (what: string, limit: number, sentAt: Date) =>
  new GatewayError('LIMIT_REACHED', `At most ${limit} invitations ${what} are sent in 24 hours. Try again later.`, {
    ...{ limit, used: limit, retryAt: daysAfter(sentAt, 1).toISOString() },
  });

const emailOf = (state: unknown): unknown => (state as { readonly email?: unknown } | null)?.email;
