import { changesIn } from '../core/changes.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import type { RowRef } from '../core/row-ref.ts';
import type { ChangedListing } from './draft.ts';
import { namedListing } from './named.ts';
import { auditedTerms, type TermsInput, termsOf } from './terms.ts';

/**
 * Changes a listing's terms; terms that are left out or null stay (SPEC M1). Existing entitlements
 * keep their price.
 *
 * @throws {GatewayError} BAD_USER_INPUT, NOT_FOUND.
 */
export const updateListing = (
  context: CommandContext,
  { listing, ...input }: TermsInput & { readonly listing: RowRef },
): Promise<ChangedListing> => {
  const terms = termsOf(input);
  return runCommand(context, async command => {
    const { db, now, record, tenantId } = command;
    const before = await namedListing(command, listing);
    const { id } = before;
    const { price, ...given } = terms;
    const isSamePrice = price === undefined || before.price.equals(price);
    if (isSamePrice && !changesIn<Omit<typeof terms, 'price'>>(before, given)) return { tenantId, listingId: id };
    const [after] = await db.listing.updateManyAndReturn({ where: { id }, data: { ...terms, updatedAt: now } });
    await record({ target: { type: 'Listing', id }, before: auditedTerms(before), after: auditedTerms(after!) });
    return { tenantId, listingId: id };
  });
};
