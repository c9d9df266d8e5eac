import type { Query } from '../driver/query.ts';
import { IN_PERIOD, type Period } from './period.ts';

/** An inconsistency between the records of one retrieval. */
export type BillingFault = {
  readonly retrievalId: string;
  readonly fault: 'charge_missing' | 'earning_missing' | 'usage_missing' | 'currency' | 'amount' | 'parties';
};

/** The charges and earnings in one currency. Amounts are decimals as text. */
export type BillingTotal = {
  readonly currency: string;
  readonly charges: number;
  readonly charged: string;
  readonly earnings: number;
  readonly earned: string;
};

/** Every retrieval with inconsistent records (SPEC M3), oldest first. */
export const billingFaults = (query: Query): Promise<readonly BillingFault[]> =>
  query('SELECT retrieval AS "retrievalId", fault FROM crossing_billing_faults() ORDER BY 1, 2', []);

/** The charges and earnings of all tenants, by currency. */
export const billingTotals = (query: Query): Promise<readonly BillingTotal[]> =>
  query(
    `SELECT currency, charges::int AS charges, charged::text AS charged, earnings::int AS earnings, earned::text AS earned
     FROM crossing_billing_totals() ORDER BY currency COLLATE "C"`,
    [],
  );

/** A sum in one currency: a decimal as text. Sums of different currencies are never added. */
export type Sum = { readonly amount: string; readonly currency: string };

/** The bound tenant's sales on a UTC day, such as `2026-11-24`. */
export type DaySales = { readonly day: string; readonly retrievals: number; readonly revenue: readonly Sum[] };

/** The bound tenant's sales of a dataset, under its latest title. */
export type DatasetSales = {
  readonly datasetId: string;
  readonly title: string;
  readonly retrievals: number;
  readonly revenue: readonly Sum[];
  readonly buyers: number;
};

const REVENUE = `json_agg(json_build_object('amount', amount::text, 'currency', currency) ORDER BY currency COLLATE "C") AS revenue`;

/** The bound tenant's charges or earnings in a period, summed by currency. */
export const sumsOf = (query: Query, table: 'charge' | 'earning', { from, until }: Period): Promise<readonly Sum[]> =>
  query(`SELECT sum(amount)::text AS amount, currency FROM ${table} WHERE ${IN_PERIOD} GROUP BY currency ORDER BY currency COLLATE "C"`, [
    from,
    until,
  ]);

/** The number of buyers that the bound tenant earned from in a period (SPEC M5: never who). */
export async function countBuyers(query: Query, { from, until }: Period): Promise<number> {
  const [row] = await query<{ count: number }>('SELECT crossing_buyers($1::timestamptz, $2::timestamptz)::int AS count', [from, until]);
  return row!.count;
}

/** The bound tenant's sales by day; days without sales are left out. */
export const salesByDay = (query: Query, { from, until }: Period): Promise<readonly DaySales[]> =>
  query(
    `SELECT day, sum(count)::int AS retrievals, ${REVENUE}
     FROM (SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, currency, count(*) AS count, sum(amount) AS amount
       FROM earning WHERE ${IN_PERIOD} GROUP BY 1, 2) s
     GROUP BY day ORDER BY day`,
    [from, until],
  );

/** The bound tenant's sales by dataset, the most retrieved first. */
export const salesByDataset = (query: Query, { from, until }: Period, limit: number): Promise<readonly DatasetSales[]> =>
  query(
    `SELECT s.dataset_id AS "datasetId", t.title, s.retrievals, s.revenue, b.buyers::int AS buyers
     FROM (SELECT dataset_id, sum(count)::int AS retrievals, ${REVENUE}
       FROM (SELECT dataset_id, currency, count(*) AS count, sum(amount) AS amount FROM earning WHERE ${IN_PERIOD} GROUP BY 1, 2) e
       GROUP BY dataset_id ORDER BY 2 DESC, 1 LIMIT $3) s
     JOIN crossing_dataset_buyers($1::timestamptz, $2::timestamptz) b USING (dataset_id),
     LATERAL (SELECT title FROM earning WHERE ${IN_PERIOD} AND dataset_id = s.dataset_id ORDER BY at DESC, id DESC LIMIT 1) t
     ORDER BY s.retrievals DESC, s.dataset_id`,
    [from, until, limit],
  );
