import type { Query } from '../driver/query.ts';
import { IN_PERIOD, type Period } from './period.ts';

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

/** A sum in one currency: a decimal as text. Sums of different currencies are never added. */
export type Sum = { readonly amount: string; readonly currency: string };

/** What the bound tenant sold on a day in UTC, such as `2026-11-24`. */
export type DaySales = { readonly day: string; readonly retrievals: number; readonly revenue: readonly Sum[] };

/** What the bound tenant sold of a dataset, under the title that it had last. */
export type DatasetSales = {
  readonly datasetId: string;
  readonly title: string;
  readonly retrievals: number;
  readonly revenue: readonly Sum[];
  readonly buyers: number;
};

const REVENUE = `json_agg(json_build_object('amount', amount::text, 'currency', currency) ORDER BY currency COLLATE "C") AS revenue`;

/** What the bound tenant was charged, or earned, in a period: a sum for each currency. */
export const sumsOf = (query: Query, table: 'charge' | 'earning', { from, until }: Period): Promise<readonly Sum[]> =>
  query(`SELECT sum(amount)::text AS amount, currency FROM ${table} WHERE ${IN_PERIOD} GROUP BY currency ORDER BY currency COLLATE "C"`, [
    from,
    until,
  ]);

/** How many buyers the bound tenant earned from in a period (SPEC M5: never who). */
export async function countBuyers(query: Query, { from, until }: Period): Promise<number> {
  const [row] = await query<{ count: number }>('SELECT crossing_buyers($1::timestamptz, $2::timestamptz)::int AS count', [from, until]);
  return row!.count;
}

/** What the bound tenant sold in a period, day by day; days without are left out. */
export const salesByDay = (query: Query, { from, until }: Period): Promise<readonly DaySales[]> =>
  query(
    `SELECT day, sum(count)::int AS retrievals, ${REVENUE}
     FROM (SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, currency, count(*) AS count, sum(amount) AS amount
       FROM earning WHERE ${IN_PERIOD} GROUP BY 1, 2) s
     GROUP BY day ORDER BY day`,
    [from, until],
  );

/**
 * What the bound tenant sold in a period of which datasets, the most retrieved first, at most so
 * many.
 */
export const salesByDataset = (query: Query, { from, until }: Period, atMost: number): Promise<readonly DatasetSales[]> =>
  query(
    `SELECT s.dataset_id AS "datasetId", t.title, s.retrievals, s.revenue, b.buyers::int AS buyers
     FROM (SELECT dataset_id, sum(count)::int AS retrievals, ${REVENUE}
       FROM (SELECT dataset_id, currency, count(*) AS count, sum(amount) AS amount FROM earning WHERE ${IN_PERIOD} GROUP BY 1, 2) e
       GROUP BY dataset_id ORDER BY 2 DESC, 1 LIMIT $3) s
     JOIN crossing_dataset_buyers($1::timestamptz, $2::timestamptz) b USING (dataset_id),
     LATERAL (SELECT title FROM earning WHERE ${IN_PERIOD} AND dataset_id = s.dataset_id ORDER BY at DESC, id DESC LIMIT 1) t
     ORDER BY s.retrievals DESC, s.dataset_id`,
    [from, until, atMost],
  );
