import { ANSWER_FAULTS } from './answers.ts';
import { CACHE_FAULTS } from './caches.ts';
import type { Fault } from './fault.ts';
import { KEY_FAULTS } from './keys.ts';
import { FAST_PATH_FAULTS } from './lean.ts';
import { LIFE_FAULTS } from './life.ts';
import { BUYER_FAULTS } from './market-buyer.ts';
import { PROVIDER_FAULTS } from './market-provider.ts';
import { SCHEMA_FAULTS } from './schema.ts';
import { SEARCH_FAULTS } from './search.ts';
import { TABLE_FAULTS } from './table.ts';

/**
 * Faults that mutation testing of TypeScript (`npm run mutate`) can't make, and the worst ones.
 * CI plants those that are `short`.
 */
export const FAULTS: readonly Fault[] = [
  ...SCHEMA_FAULTS,
  ...TABLE_FAULTS,
  ...LIFE_FAULTS,
  ...PROVIDER_FAULTS,
  ...BUYER_FAULTS,
  ...SEARCH_FAULTS,
  ...KEY_FAULTS,
  ...FAST_PATH_FAULTS,
  ...CACHE_FAULTS,
  ...ANSWER_FAULTS,
];
