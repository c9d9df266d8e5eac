import { uuidv7 as uuid } from 'uuidv7';
import { offerOf } from '../../database/queries/entitlement.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { checkBuys } from './side.ts';

/**
 * Acquires an entitlement to a listing on its current terms (SPEC M2). The tenant lock is shared:
 * with exclusive locks, two tenants that acquire from each other could deadlock.
 *
 * @throws {GatewayError} NOT_FOUND for a listing that isn't published, or whose provider isn't
 * active or doesn't sell; OWN_LISTING; SIDE_OFF; CONFLICT when the tenant already has an open
 * entitlement to it.
 */
export const acquireEntitlement = (context: CommandContext, listingId: string): Promise<{ tenantId: string; entitlementId: string }> =>
  runCommand(
    context,
    async ({ query, db, tenant, tenantId, now, record }) => {
      checkBuys(tenant);
      const offer = await offerOf(query, listingId);
      if (!offer) throw new GatewayError('NOT_FOUND', 'There is no listing with this id on the marketplace.');
      const { own, ...terms } = offer;
      if (own) throw new GatewayError('OWN_LISTING', 'This listing is your own. A tenant cannot buy from itself.');
      const data = { id: uuid(), listingId, ...terms, acquiredAt: now };
      const created = await db.entitlement.createManyAndReturn({ data: [data], skipDuplicates: true, select: { id: true } });
      if (!created.length) throw new GatewayError('CONFLICT', 'The tenant already has an entitlement to this listing.');
      await record({ target: { type: 'Entitlement', id: data.id }, after: terms });
      return { tenantId, entitlementId: data.id };
    },
    'shared',
  );
