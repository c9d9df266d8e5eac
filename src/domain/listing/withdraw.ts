import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import type { RowRef } from '../core/row-ref.ts';
import type { ChangedListing } from './draft.ts';
import { namedListing } from './named.ts';

/**
 * Withdraws a listing from the marketplace (SPEC M1): it can no longer be found or acquired.
 * Existing entitlements stay.
 *
 * @throws {GatewayError} NOT_FOUND; CONFLICT when it isn't published.
 */
export const withdrawListing = (context: CommandContext, input: { listing: RowRef }): Promise<ChangedListing> =>
  runCommand(context, async command => {
    const { db, now, record, enqueueWrite, tenantId } = command;
    const { id, status } = await namedListing(command, input.listing);
    if (status !== 'published') throw new GatewayError('CONFLICT', 'The listing is not published.');
    enqueueWrite(db.listing.updateMany({ where: { id }, data: { status: 'withdrawn', updatedAt: now } }));
    await record({ target: { type: 'Listing', id }, before: { status }, after: { status: 'withdrawn' } });
    return { tenantId, listingId: id };
  });
