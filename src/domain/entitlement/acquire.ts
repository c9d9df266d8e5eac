import { v7 as uuid } from 'uuid';
import { offerOf } from '../../database/queries/entitlement.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { checkBuys } from './side.ts';

/**
 * Acquires an entitlement to what a listing offers, on the terms of the day (SPEC M2). The tenant
 * is shared, not held alone: two tenants that acquire from each other at the same time would wait
 * for each other.
 *
 * @throws {GatewayError} NOT_FOUND for a listing that isn't published, or whose provider isn't
 * active or doesn't sell; OWN_LISTING; SIDE_OFF; CONFLICT when the tenant is entitled already.
 */
export const acquireEntitlement = (context: CommandContext, listingId: string): Promise<{ tenantId: string; entitlementId: string }> =>
  runCommand(
    context,
    async ({ query, db, tenant, tenantId, now, record }) => {
      checkBuys(tenant);
      const offer = await offerOf(query, listingId);
      if (!offer) throw new GatewayError('NOT_FOUND', 'There is no such listing on the marketplace.');
      const { own, ...terms } = offer;
      if (own) throw new GatewayError('OWN_LISTING', 'This listing is your own: a tenant does not buy from itself.');
      const data = { id: uuid(), listingId, ...terms, acquiredAt: now };
      const made = await db.entitlement.createManyAndReturn({ data: [data], skipDuplicates: true, select: { id: true } });
      if (!made.length) throw new GatewayError('CONFLICT', 'The tenant is entitled to this already.');
      await record({ target: { type: 'Entitlement', id: data.id }, after: terms });
      return { tenantId, entitlementId: data.id };
    },
    'shared',
  );
