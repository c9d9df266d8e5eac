import type { Command } from '../core/command.ts';
import { localRow, notFound, type RowRef } from '../core/row-ref.ts';

/**
 * Finds the webhook that an input names.
 *
 * @throws {GatewayError} NOT_FOUND for a missing row and for another tenant's (SPEC T4).
 */
export async function namedWebhook({ context, db }: Pick<Command, 'context' | 'db'>, named: RowRef) {
  const found = await db.webhook.findFirst({
    where: { id: localRow(context, named) },
    select: { id: true, name: true, url: true, types: true, status: true, membershipId: true, secret: true },
  });
  if (!found) throw notFound();
  return found;
}
