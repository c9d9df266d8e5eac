import { uuidv7 as uuid } from 'uuidv7';
import { isConstraint } from '../../database/index.ts';
import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import type { RowRef } from '../core/row-ref.ts';
import { namedDataset } from '../dataset/named.ts';
import { auditedTerms, type Price, type TermsInput, termsOf } from './terms.ts';

/** A listing that was created or changed. */
export type ChangedListing = { readonly tenantId: string; readonly listingId: string };

export type DraftListingInput = TermsInput & { readonly dataset: RowRef; readonly title: string; readonly price: Price };

/**
 * Creates a dataset's listing as a draft (SPEC M1), which only the tenant sees.
 *
 * @throws {GatewayError} BAD_USER_INPUT; NOT_FOUND; CONFLICT when the dataset already has a
 * listing.
 */
export const draftListing = (context: CommandContext, { dataset, ...input }: DraftListingInput): Promise<ChangedListing> => {
  const { summary = '', tags = [], ...terms } = termsOf(input);
  return runCommand(context, async command => {
    const { db, now, record, tenantId } = command;
    const { id: datasetId } = await namedDataset(command, dataset);
    const id = uuid();
    const data = { ...(terms as { title: string; price: string; currency: string }), id, datasetId, summary, tags };
    const drafted = await db.listing.create({ data: { ...data, createdAt: now, updatedAt: now } }).catch(alreadyListed);
    await record({ target: { type: 'Listing', id }, after: { dataset: datasetId, ...auditedTerms(drafted) } });
    return { tenantId, listingId: id };
  });
};

const alreadyListed = (error: unknown) => {
  if (isConstraint(error, 'listing_tenant_id_dataset_id_key'))
    throw new GatewayError('CONFLICT', 'The dataset already has a listing. Update that one.');
  throw error;
};
