import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { localRow, type RowRef } from '../core/row-ref.ts';

/**
 * Ends an entitlement: it allows no more retrievals, and its records stay. Also allowed while the
 * buyer side is off.
 *
 * @throws {GatewayError} NOT_FOUND; CONFLICT when it has already ended.
 */
export const endEntitlement = (context: CommandContext, entitlement: RowRef): Promise<{ tenantId: string; entitlementId: string }> =>
  runCommand(context, async ({ db, tenantId, now, record, enqueueWrite }) => {
    const id = localRow(context, entitlement);
    const found = await db.entitlement.findFirst({ where: { id }, select: { title: true, provider: true, endedAt: true } });
    if (!found) throw new GatewayError('NOT_FOUND', 'There is no entitlement with this id.');
    const { endedAt, ...before } = found;
    if (endedAt) throw new GatewayError('CONFLICT', 'The entitlement has already ended.');
    enqueueWrite(db.entitlement.updateMany({ where: { id }, data: { endedAt: now } }));
    await record({ target: { type: 'Entitlement', id }, before, after: { endedAt: now } });
    return { tenantId, entitlementId: id };
  });
