import type { OverviewQuery } from '../gql/graphql.ts';

/** What the overview reads of the tenant. */
export type Tenant = NonNullable<OverviewQuery['tenant']>;
