import type { Query } from './crossings.ts';

/** What is wrong with a retrieval's books. */
export type BillingFault = {
  readonly retrievalId: string;
  readonly fault: 'charge_missing' | 'earning_missing' | 'usage_missing' | 'currency' | 'amount' | 'parties';
};

/**
 * What was charged and earned in a currency, and by how many retrievals. Amounts are decimals as
 * text.
 */
export type BillingTotal = {
  readonly currency: string;
  readonly charges: number;
  readonly charged: string;
  readonly earnings: number;
  readonly earned: string;
};

/** Every retrieval whose books don't add up (SPEC M3), in the order in which they happened. */
export const billingFaults = (query: Query): Promise<readonly BillingFault[]> =>
  query('SELECT retrieval AS "retrievalId", fault FROM crossing_billing_faults() ORDER BY 1, 2', []);

/** What all tenants were charged and earned, by currency. */
export const billingTotals = (query: Query): Promise<readonly BillingTotal[]> =>
  query(
    `SELECT currency, charges::int AS charges, charged::text AS charged, earnings::int AS earnings, earned::text AS earned
     FROM crossing_billing_totals() ORDER BY currency COLLATE "C"`,
    [],
  );
