import { useMemo } from 'react';
import { useQuery } from 'urql';
import { useLive } from '../gateway/live.tsx';
import { ShellDocument } from '../gql/graphql.ts';
import { Members } from '../members/Members.tsx';
import { Overview } from '../overview/Overview.tsx';
import { Problem } from '../parts/Problem.tsx';
import { Plan } from '../plan/Plan.tsx';
import { Banner } from './Banner.tsx';
import { Permissions } from './can.ts';
import { Header } from './Header.tsx';
import { usePage } from './use-page.ts';

const PAGES = { overview: ['Overview', Overview], members: ['Members', Members], plan: ['Plan', Plan] } as const;

type Props = { tenant: string; onTenant: (slug: string) => void; onSignOut: () => void };

/** What surrounds each page: who is signed in, where, and in what state the tenant is. */
export function Shell({ tenant, onTenant, onSignOut }: Props) {
  const { context } = useLive();
  const [{ data, error }] = useQuery({ query: ShellDocument, context });
  const page = usePage();
  const permissions = useMemo(() => new Set(data?.viewer?.permissions), [data]);
  if (!data) return <main className="page">{error ? <Problem error={error} onSignOut={onSignOut} /> : <p>Loading …</p>}</main>;

  const name = page in PAGES ? (page as keyof typeof PAGES) : 'overview';
  const [title, Page] = PAGES[name];
  return (
    <Permissions value={permissions}>
      <Header viewer={data.viewer} tenant={tenant} onTenant={onTenant} onSignOut={onSignOut} />
      <nav aria-label="Pages">
        {Object.entries(PAGES).map(([key, [label]]) => (
          <a key={key} href={`#${key}`} aria-current={key === name ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <Banner tenant={data.tenant} />
      <main className="page">
        <h1>{title}</h1>
        <Page />
      </main>
    </Permissions>
  );
}
