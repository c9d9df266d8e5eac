import type { PlanCode } from '../../access/vocabulary.ts';
import { datasetCap } from '../../domain/plan/preview.ts';
import { builder } from '../core/builder.ts';
import { countOf } from '../core/columns.ts';
import { containing } from '../core/containing.ts';
import { OLDEST_FIRST } from '../core/cursor.ts';
import type { PageArgs } from '../core/page.ts';
import { pageCost } from '../core/page-size.ts';
import { relatedPage } from '../core/related-page.ts';
import { ListingStatus } from '../listing/listing-status.ts';
import { CapUseType } from '../plan/tenant-plan.ts';
import { Tenant } from '../tenant/tenant.ts';
import { Dataset } from './dataset.ts';

const DatasetFilter = builder.inputType('DatasetFilter', {
  description: 'Selects the datasets to list. All given conditions must hold.',
  fields: t => ({
    search: t.string({ description: 'The name contains this text, in upper or lower case. At most 200 characters.' }),
    listing: t.field({ type: ListingStatus, description: 'The listing of the dataset has this status.' }),
  }),
});

function whereOf(filter: typeof DatasetFilter.$inferInput | null | undefined) {
  const name = containing(filter?.search);
  return { ...(name && { name }), ...(filter?.listing && { listing: { status: filter.listing } }) };
}

builder.prismaObjectField(Tenant, 'datasets', t =>
  t.connection(
    {
      type: Dataset,
      policy: 'dataset:read',
      nullable: true,
      description: 'The datasets, oldest first.',
      args: { filter: t.arg({ type: DatasetFilter }) },
      complexity: pageCost,
      ...relatedPage({
        relation: 'datasets',
        type: 'Dataset',
        order: OLDEST_FIRST,
        where: ({ filter }: PageArgs & { filter?: typeof DatasetFilter.$inferInput | null }) => whereOf(filter),
      }),
    },
    { name: 'TenantDatasetsConnection' },
    { name: 'TenantDatasetsEdge' },
  ),
);

builder.prismaObjectFields(Tenant, t => ({
  datasetCount: t.int({
    policy: 'dataset:count',
    nullable: true,
    ...countOf('datasets'),
  }),
  publishedListingCount: t.int({
    policy: 'dataset:count',
    nullable: true,
    description: 'The number of published listings.',
    resolve: (_tenant, _args, { work }) => work.db.listing.count({ where: { status: 'published' } }),
  }),
  datasetUse: t.field({
    type: CapUseType,
    policy: 'plan:read',
    nullable: true,
    description: 'The number of datasets against the limit of the plan.',
    select: { planCode: true },
    resolve: ({ planCode }, _args, { work }) => datasetCap(work.db, planCode as PlanCode),
  }),
}));
