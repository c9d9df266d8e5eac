import { useQuery } from 'urql';
import { useLive } from '../gateway/live.tsx';
import { OverviewDocument } from '../gql/graphql.ts';
import { Problem } from '../parts/Problem.tsx';
import { FROM } from './days.ts';
import { Sales } from './Sales.tsx';
import { Usage } from './Usage.tsx';

const VARIABLES = { from: FROM };

/** The last 30 days of both sides of the tenant. */
export function Overview() {
  const { context } = useLive();
  const [{ data, error }] = useQuery({ query: OverviewDocument, variables: VARIABLES, context });
  const tenant = data?.tenant;
  if (!tenant) return error ? <Problem error={error} /> : <p>Loading …</p>;
  return (
    <div className="grid">
      <Usage tenant={tenant} error={error} />
      {tenant.sells && <Sales tenant={tenant} error={error} />}
    </div>
  );
}
