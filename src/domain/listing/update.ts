import { type Act, operate } from '../core/command.ts';
import type { RowName } from '../core/row-ref.ts';
import type { ChangedListing } from './draft.ts';
import { namedListing } from './named.ts';
import { type TermsInput, termsOf, toldOf } from './terms.ts';

/**
 * Changes what a listing says; what is left out stays (SPEC M1). Whoever is entitled already keeps the price of the day.
 *
 * @throws {GatewayError} BAD_USER_INPUT, NOT_FOUND.
 */
export const updateListing = (act: Act, { listing, ...input }: TermsInput & { readonly listing: RowName }): Promise<ChangedListing> => {
  const terms = termsOf(input);
  return operate(act, async operation => {
    const { db, now, record, tenantId } = operation;
    const before = await namedListing(operation, listing);
    const { id } = before;
    const [after] = await db.listing.updateManyAndReturn({ where: { id }, data: { ...terms, updatedAt: now } });
    await record({ target: { type: 'Listing', id }, before: toldOf(before), after: toldOf(after!) });
    return { tenantId, listingId: id };
  });
};
