import type { CombinedError } from 'urql';
import { Chart } from '../parts/Chart.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Refused, refusalOf } from '../parts/Refused.tsx';
import { count, money, sums } from '../parts/words.ts';
import { everyDay } from './days.ts';
import type { Tenant } from './tenant.ts';

/** What the tenant sells: the totals, and a chart for each currency. */
export function Sales({ tenant: { analytics, earningTotals }, error }: { tenant: Tenant; error: CombinedError | undefined }) {
  const refusal = refusalOf(error, 'tenant.analytics') ?? refusalOf(error, 'tenant.analytics.byDay');
  const days = analytics?.byDay ?? [];
  const currencies = [...new Set(days.flatMap(({ revenue }) => revenue.map(({ currency }) => currency)))];
  return (
    <section className="card">
      <h2>Earnings, last 30 days</h2>
      <Facts of={{ Earnings: sums(earningTotals), Retrievals: count(analytics?.retrievals), Buyers: count(analytics?.buyers) }} />
      {currencies.map(currency => (
        <Chart key={currency} title={`${currency} by day`} columns={everyDay(days).map(([day, item]) => columnOf(day, item, currency))} />
      ))}
      {refusal && <Refused reason={refusal} />}
    </section>
  );
}

type Day = NonNullable<NonNullable<Tenant['analytics']>['byDay']>[number];

function columnOf(day: string, item: Day | undefined, currency: string) {
  const { amount } = item?.revenue.find(sum => sum.currency === currency) ?? { amount: '0' };
  return { day, value: Number(amount), text: money({ amount, currency }) };
}
