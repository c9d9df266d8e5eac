import { useMutation } from 'urql';
import { useLive } from '../gateway/live.tsx';
import { ChangePlanDocument, type PlanCode, type PlanQuery } from '../gql/graphql.ts';
import { Problem } from '../parts/Problem.tsx';
import { count } from '../parts/words.ts';
import { useCan } from '../shell/can.ts';

const limitOf = (limit: number | null | undefined) => (limit == null ? 'no limit' : count(limit));

/** The plans side by side. Enterprise is arranged with the staff of IPTO. */
export function Plans({ plans, current }: { plans: NonNullable<PlanQuery['plans']>; current: PlanCode | undefined }) {
  const can = useCan();
  const { refresh } = useLive();
  const [{ fetching, error }, change] = useMutation(ChangePlanDocument);

  async function changePlan(plan: PlanCode) {
    await change({ input: { plan } });
    refresh();
  }

  return (
    <section className="card wide">
      <h2>Plans</h2>
      <table>
        <thead>
          <tr>
            <th>Plan</th>
            <th>Members</th>
            <th>Datasets</th>
            <th>Retrievals a month</th>
            {can('PLAN_CHANGE') && (
              <th>
                <span className="hidden">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {plans.map(({ code, name, memberLimit, datasetLimit, monthlyRetrievals }) => (
            <tr key={code} aria-current={code === current || undefined}>
              <th scope="row">{name}</th>
              <td data-label="Members">{limitOf(memberLimit)}</td>
              <td data-label="Datasets">{limitOf(datasetLimit)}</td>
              <td data-label="Retrievals a month">{limitOf(monthlyRetrievals)}</td>
              {can('PLAN_CHANGE') && (
                <td className="action">
                  {code !== current && code !== 'ENTERPRISE' && current !== 'ENTERPRISE' && (
                    <button type="button" aria-label={`Change to ${name}`} disabled={fetching} onClick={() => changePlan(code)}>
                      Change
                    </button>
                  )}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {error && <Problem error={error} />}
    </section>
  );
}
