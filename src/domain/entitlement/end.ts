import { type Act, operate } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { type RowName, rowHere } from '../core/row-ref.ts';

/**
 * Ends an entitlement: nothing is retrieved by it any more, and its records stay. It works with the buyer side switched off, too.
 *
 * @throws {GatewayError} NOT_FOUND; CONFLICT when it has ended already.
 */
export const endEntitlement = (act: Act, entitlement: RowName): Promise<{ tenantId: string; entitlementId: string }> =>
  operate(act, async ({ db, tenantId, now, record, meanwhile }) => {
    const id = rowHere(act, entitlement);
    const found = await db.entitlement.findFirst({ where: { id }, select: { title: true, provider: true, endedAt: true } });
    if (!found) throw new GatewayError('NOT_FOUND', 'There is no such entitlement.');
    const { endedAt, ...before } = found;
    if (endedAt) throw new GatewayError('CONFLICT', 'The entitlement has ended already.');
    meanwhile(db.entitlement.updateMany({ where: { id }, data: { endedAt: now } }));
    await record({ target: { type: 'Entitlement', id }, before, after: { endedAt: now } });
    return { tenantId, entitlementId: id };
  });
