import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import type { RowRef } from '../core/row-ref.ts';
import type { ChangedListing } from './draft.ts';
import { namedListing } from './named.ts';

/**
 * Takes a listing off the marketplace (SPEC M1): nobody finds or acquires it any more; whoever is
 * entitled stays so.
 *
 * @throws {GatewayError} NOT_FOUND; CONFLICT when it isn't there.
 */
export const withdrawListing = (context: CommandContext, input: { listing: RowRef }): Promise<ChangedListing> =>
  runCommand(context, async command => {
    const { db, now, record, enqueueWrite, tenantId } = command;
    const { id, status } = await namedListing(command, input.listing);
    if (status !== 'published') throw new GatewayError('CONFLICT', 'The listing is not on the marketplace.');
    enqueueWrite(db.listing.updateMany({ where: { id }, data: { status: 'withdrawn', updatedAt: now } }));
    await record({ target: { type: 'Listing', id }, before: { status }, after: { status: 'withdrawn' } });
    return { tenantId, listingId: id };
  });
