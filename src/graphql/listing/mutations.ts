import { type ChangedListing, draftListing } from '../../domain/listing/draft.ts';
import { publishListing } from '../../domain/listing/publish.ts';
import { updateListing } from '../../domain/listing/update.ts';
import { withdrawListing } from '../../domain/listing/withdraw.ts';
import { builder } from '../core/builder.ts';
import { rowRef } from '../core/global-id.ts';
import { MoneyInput, priceOf } from '../core/money.ts';
import { mutation } from '../core/mutation.ts';
import { Listing } from './listing.ts';

const listingPayload = (name: string) =>
  builder.objectRef<ChangedListing>(name).implement({
    tenantOf: ({ tenantId }: ChangedListing) => tenantId,
    fields: t => ({
      listing: t.prismaField({
        type: Listing,
        policy: 'dataset:read',
        nullable: true,
        resolve: (query, { tenantId, listingId: id }, _args, { work }) =>
          work.db.listing.findUnique({ ...query, where: { tenantId_id: { tenantId, id } } }),
      }),
    }),
  });

const TITLE = '1 to 120 characters.';
const SUMMARY = 'Up to 2,000 characters. Line breaks are allowed.';
const TAGS = 'At most 20 tags of 1 to 32 characters. They are stored in lower case without duplicates.';
const PRICE = 'The price of one retrieval.';
const UNCHANGED = 'Null or omitted: unchanged.';

mutation('draftListing', {
  policy: 'listing:write',
  action: 'listing.draft',
  description: 'Drafts the listing of a dataset. Other tenants cannot see it before `publishListing`.',
  input: t => ({
    datasetId: t.globalID({ required: true, description: 'The global id of a `Dataset`.' }),
    title: t.string({ required: true, description: TITLE }),
    summary: t.string({ description: `${SUMMARY} Null or omitted: empty.` }),
    tags: t.stringList({ description: `${TAGS} Null or omitted: none.` }),
    price: t.field({ type: MoneyInput, required: true, description: PRICE }),
  }),
  payload: listingPayload('DraftListingPayload'),
  run: (command, { datasetId, price, ...input }) =>
    draftListing(command, { ...input, price: priceOf(price), dataset: rowRef('Dataset', datasetId) }),
});

mutation('updateListing', {
  policy: 'listing:write',
  action: 'listing.update',
  description: 'Changes a listing. A field that is left out stays as it is. Existing entitlements keep their price.',
  input: t => ({
    listingId: t.globalID({ required: true, description: 'The global id of a `Listing`.' }),
    title: t.string({ description: `${TITLE} ${UNCHANGED}` }),
    summary: t.string({ description: `${SUMMARY} ${UNCHANGED} An empty text empties it.` }),
    tags: t.stringList({ description: `${TAGS} ${UNCHANGED} An empty list removes them.` }),
    price: t.field({ type: MoneyInput, description: `${PRICE} ${UNCHANGED}` }),
  }),
  payload: listingPayload('UpdateListingPayload'),
  run: (command, { listingId, price, ...input }) =>
    updateListing(command, { ...input, price: price && priceOf(price), listing: rowRef('Listing', listingId) }),
});

mutation('publishListing', {
  policy: 'listing:publish',
  action: 'listing.publish',
  description:
    'Puts a listing on the marketplace. The provider side of the tenant must be on, and the dataset must have an uploaded object.',
  input: t => ({ listingId: t.globalID({ required: true, description: 'The global id of a `Listing`.' }) }),
  payload: listingPayload('PublishListingPayload'),
  run: (command, { listingId }) => publishListing(command, { listing: rowRef('Listing', listingId) }),
});

mutation('withdrawListing', {
  policy: 'listing:publish',
  action: 'listing.withdraw',
  description: 'Takes a listing off the marketplace. Existing entitlements stay valid.',
  input: t => ({ listingId: t.globalID({ required: true, description: 'The global id of a `Listing`.' }) }),
  payload: listingPayload('WithdrawListingPayload'),
  run: (command, { listingId }) => withdrawListing(command, { listing: rowRef('Listing', listingId) }),
});
