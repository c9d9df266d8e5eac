import { builder } from '../core/builder.ts';
import { columnOf } from '../core/columns.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import { MoneyType } from '../core/money.ts';
import { Dataset } from '../dataset/dataset.ts';
import { ListingStatus } from './listing-status.ts';

export const Listing = builder.prismaNode('Listing', {
  description: 'The offer of a dataset on the marketplace, as its provider sees it.',
  tenantOf: (listing: { tenantId: string }) => listing.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'dataset:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true },
  fields: t => ({
    status: t.field({
      type: ListingStatus,
      policy: 'dataset:read',
      nullable: true,
      ...columnOf('status'),
    }),
    title: t.exposeString('title', { policy: 'dataset:read', nullable: true }),
    summary: t.exposeString('summary', { policy: 'dataset:read', nullable: true }),
    tags: t.exposeStringList('tags', { policy: 'dataset:read', nullable: true }),
    price: t.field({
      type: MoneyType,
      policy: 'dataset:read',
      nullable: true,
      description: 'The price of one retrieval. Existing entitlements keep the price at which they were acquired.',
      extensions: { columns: { money: ['price', 'currency'] } },
      select: { price: true, currency: true },
      resolve: ({ price: amount, currency }) => ({ amount, currency }),
    }),
    createdAt: t.expose('createdAt', { type: 'DateTime', policy: 'dataset:read', nullable: true }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', policy: 'dataset:read', nullable: true }),
    publishedAt: t.expose('publishedAt', {
      type: 'DateTime',
      policy: 'dataset:read',
      nullable: true,
      description: 'When the listing was last published. Null: never.',
    }),
    dataset: t.relation('dataset', { policy: 'dataset:read', nullable: true }),
  }),
});

builder.prismaObjectField(Dataset, 'listing', t =>
  t.relation('listing', {
    policy: 'dataset:read',
    nullable: true,
    description: 'The offer of the dataset on the marketplace. Null: none was drafted.',
  }),
);
