import { useQuery } from 'urql';
import { useLive } from '../gateway/live.tsx';
import { PlanDocument } from '../gql/graphql.ts';
import { Facts } from '../parts/Facts.tsx';
import { Meter } from '../parts/Meter.tsx';
import { Problem } from '../parts/Problem.tsx';
import { day, words } from '../parts/words.ts';
import { Plans } from './Plans.tsx';

/** The plan, and how much of each limit is used. */
export function Plan() {
  const { context } = useLive();
  const [{ data, error }] = useQuery({ query: PlanDocument, context });
  const tenant = data?.tenant;
  if (!tenant) return error ? <Problem error={error} /> : <p>Loading …</p>;
  const { plan, planSince, nextPlan, nextPlanAt, usage } = tenant;
  const limits = [
    ['Members and invitations', tenant.memberUse],
    ['Datasets', tenant.datasetUse],
    ['API keys', tenant.apiKeyUse],
    ['Webhooks', tenant.webhookUse],
  ] as const;
  return (
    <div className="grid">
      <section className="card">
        <h2>{plan?.name}</h2>
        <Facts
          of={{
            Since: planSince && day(planSince),
            Support: plan && words(plan.support),
            Features: plan?.features.map(words).join(', ') || 'none',
          }}
        />
        {nextPlan && nextPlanAt && (
          <p className="refused">
            {nextPlan.name} from {day(nextPlanAt)} on.
          </p>
        )}
      </section>
      <section className="card">
        <h2>Limits</h2>
        {usage?.monthly && (
          <Meter label="Retrievals this month" use={usage.monthly} note={`Begins anew on ${day(usage.monthly.resetsAt)}.`} />
        )}
        {limits.map(([label, use]) => use && <Meter key={label} label={label} use={use} />)}
      </section>
      <Plans plans={data.plans ?? []} current={plan?.code} />
    </div>
  );
}
