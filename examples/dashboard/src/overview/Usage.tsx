import type { CombinedError } from 'urql';
import { Chart } from '../parts/Chart.tsx';
import { Facts } from '../parts/Facts.tsx';
import { Meter } from '../parts/Meter.tsx';
import { Refused, refusalOf } from '../parts/Refused.tsx';
import { count, sums } from '../parts/words.ts';
import { everyDay } from './days.ts';
import type { Tenant } from './tenant.ts';

/** What the tenant buys. */
export function Usage({ tenant: { usage, chargeTotals, retrievalUse }, error }: { tenant: Tenant; error: CombinedError | undefined }) {
  const refusal = refusalOf(error, 'tenant.usage.byDay');
  const columns =
    usage?.byDay && everyDay(usage.byDay).map(([day, item]) => ({ day, value: item?.count ?? 0, text: count(item?.count ?? 0)! }));
  return (
    <section className="card">
      <h2>Usage, last 30 days</h2>
      <Facts of={{ Retrievals: count(usage?.count), Charges: sums(chargeTotals) }} />
      {columns && <Chart title="Retrievals by day" columns={columns} />}
      {refusal && <Refused reason={refusal} />}
      {retrievalUse && <Meter label="Retrievals in this billing cycle" use={retrievalUse} />}
    </section>
  );
}
