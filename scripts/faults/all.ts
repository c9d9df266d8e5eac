import { ACCESS_FAULTS } from './access.ts';
import { ANSWER_FAULTS } from './answers.ts';
import { BUDGET_FAULTS } from './budget.ts';
import { CACHE_FAULTS } from './caches.ts';
import { CLOSED_SCHEMA_FAULTS } from './closed-schema.ts';
import { DATABASE_FAULTS } from './database.ts';
import { DEPRECATED_USE_FAULTS } from './deprecated-use.ts';
import { DOCUMENT_FAULTS } from './documents.ts';
import { DOMAIN_FAULTS } from './domain.ts';
import { DRIVER_FAULTS } from './driver.ts';
import { EXECUTOR_FAULTS } from './executor.ts';
import type { Fault } from './fault.ts';
import { GRAPHQL_FAULTS } from './graphql.ts';
import { HTTP_FAULTS } from './http.ts';
import { ID_FAULTS } from './ids.ts';
import { KEY_FAULTS } from './keys.ts';
import { LIFECYCLE_SCHEMA_FAULTS } from './lifecycle-schema.ts';
import { LIVE_FAULTS } from './live.ts';
import { BUYER_FAULTS } from './market-buyer.ts';
import { PROVIDER_FAULTS } from './market-provider.ts';
import { MONEY_FAULTS } from './money.ts';
import { OBSERVE_FAULTS } from './observe.ts';
import { OPERATE_FAULTS } from './operate.ts';
import { OTHER_FAULTS } from './others.ts';
import { PEOPLE_FAULTS } from './people.ts';
import { PERSON_FAULTS } from './person.ts';
import { SCHEMA_FAULTS } from './schema.ts';
import { SEARCH_FAULTS } from './search.ts';
import { SUBGRAPH_FAULTS } from './subgraph.ts';
import { WEBHOOK_FAULTS } from './webhooks.ts';

/**
 * Faults that mutation testing of TypeScript (`npm run mutate`) can't make, and the worst ones: by
 * the rooms that they are planted in, then by what crosses rooms.
 * CI plants those that are `short`.
 */
export const FAULTS: readonly Fault[] = [
  ...ACCESS_FAULTS,
  ...HTTP_FAULTS,
  ...OBSERVE_FAULTS,
  ...GRAPHQL_FAULTS,
  ...CLOSED_SCHEMA_FAULTS,
  ...SUBGRAPH_FAULTS,
  ...DOCUMENT_FAULTS,
  ...EXECUTOR_FAULTS,
  ...LIVE_FAULTS,
  ...DOMAIN_FAULTS,
  ...WEBHOOK_FAULTS,
  ...DRIVER_FAULTS,
  ...DATABASE_FAULTS,
  ...OTHER_FAULTS,
  ...SCHEMA_FAULTS,
  ...LIFECYCLE_SCHEMA_FAULTS,
  ...PEOPLE_FAULTS,
  ...MONEY_FAULTS,
  ...PROVIDER_FAULTS,
  ...BUYER_FAULTS,
  ...SEARCH_FAULTS,
  ...ID_FAULTS,
  ...KEY_FAULTS,
  ...CACHE_FAULTS,
  ...ANSWER_FAULTS,
  ...OPERATE_FAULTS,
  ...PERSON_FAULTS,
  ...BUDGET_FAULTS,
  ...DEPRECATED_USE_FAULTS,
];
