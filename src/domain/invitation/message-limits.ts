import type { Command } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { daysAfter, MESSAGE_LIMITS } from '../core/services.ts';

/**
 * Refuses an invitation when too many messages were sent in the last 24 hours: to the recipient, by
 * the tenant, or by the person (SPEC R5). The tenant's audit log counts them, so that revoking or
 * replacing an invitation gives nothing back. Call it under the tenant lock.
 *
 * @throws {GatewayError} LIMIT_REACHED with `retryAt`.
 */
export async function checkMessageLimits({ db, context, now }: Command, email: string): Promise<void> {
  const { recipient, person, tenant } = context.services.settings.messageLimits ?? MESSAGE_LIMITS;
  const sent = { action: { in: ['invitation.create', 'invitation.replace'] }, outcome: 'done', at: { gt: daysAfter(now, -1) } };
  const recent = await db.auditEvent.findMany({
    where: sent,
    select: { at: true, actorId: true, stateAfter: true },
    orderBy: { seq: 'desc' },
    take: tenant,
  });
  const limits = [
    { what: 'to one address', limit: recipient, events: recent.filter(({ stateAfter }) => emailOf(stateAfter) === email) },
    { what: 'from one person', limit: person, events: recent.filter(({ actorId }) => actorId === context.work.binding.personId) },
    { what: 'from one tenant', limit: tenant, events: recent },
  ];
  for (const { what, limit, events } of limits)
    if (events.length >= limit)
      throw new GatewayError('LIMIT_REACHED', `At most ${limit} invitations ${what} are sent in 24 hours. Try again later.`, {
        ...{ limit, used: events.length, retryAt: daysAfter(events[limit - 1]!.at, 1).toISOString() },
      });
}

const emailOf = (state: unknown): unknown => (state as { readonly email?: unknown } | null)?.email;
