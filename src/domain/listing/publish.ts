import { currencyFault } from '../billing/currency.ts';
import { type Command, type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import type { RowRef } from '../core/row-ref.ts';
import { stored } from '../object/remove.ts';
import type { ChangedListing } from './draft.ts';
import { namedListing } from './named.ts';

/**
 * Publishes a draft or withdrawn listing on the marketplace (SPEC M1, M4).
 *
 * @throws {GatewayError} NOT_FOUND; SIDE_OFF when the tenant doesn't sell; CONFLICT when it is
 * published already, its currency was withdrawn, or the dataset has no stored object.
 */
export const publishListing = (context: CommandContext, input: { listing: RowRef }): Promise<ChangedListing> =>
  runCommand(context, async command => {
    const { db, now, record, enqueueWrite, tenantId } = command;
    const { id, datasetId, status, currency } = await namedListing(command, input.listing);
    await checkSells(command);
    if (status === 'published') throw new GatewayError('CONFLICT', 'The listing is already published.');
    const fault = currencyFault(currency);
    if (fault) throw new GatewayError('CONFLICT', `The listing's price can't be offered: ${fault}`);
    if (!(await db.dataObject.count({ where: stored(datasetId) })))
      throw new GatewayError('CONFLICT', 'The dataset has no stored object. Upload one first.');
    enqueueWrite(db.listing.updateMany({ where: { id }, data: { status: 'published', publishedAt: now, updatedAt: now } }));
    await record({ target: { type: 'Listing', id }, before: { status }, after: { status: 'published' } });
    return { tenantId, listingId: id };
  });

async function checkSells({ db }: Command) {
  const { sells } = await db.tenant.findFirstOrThrow({ select: { sells: true } });
  if (!sells) throw new GatewayError('SIDE_OFF', "The tenant's provider side is switched off.", { side: 'sells' });
}
