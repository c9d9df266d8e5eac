import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { localRow, type RowRef } from '../core/row-ref.ts';

/**
 * Ends an entitlement: nothing is retrieved by it any more, and its records stay. It works with the
 * buyer side switched off, too.
 *
 * @throws {GatewayError} NOT_FOUND; CONFLICT when it has ended already.
 */
export const endEntitlement = (context: CommandContext, entitlement: RowRef): Promise<{ tenantId: string; entitlementId: string }> =>
  runCommand(context, async ({ db, tenantId, now, record, enqueueWrite }) => {
    const id = localRow(context, entitlement);
    const found = await db.entitlement.findFirst({ where: { id }, select: { title: true, provider: true, endedAt: true } });
    if (!found) throw new GatewayError('NOT_FOUND', 'There is no such entitlement.');
    const { endedAt, ...before } = found;
    if (endedAt) throw new GatewayError('CONFLICT', 'The entitlement has ended already.');
    enqueueWrite(db.entitlement.updateMany({ where: { id }, data: { endedAt: now } }));
    await record({ target: { type: 'Entitlement', id }, before, after: { endedAt: now } });
    return { tenantId, entitlementId: id };
  });
