import { useLive } from '../gateway/live.tsx';
import type { ShellQuery } from '../gql/graphql.ts';
import { words } from '../parts/words.ts';

type Props = { viewer: ShellQuery['viewer']; tenant: string; onTenant: (slug: string) => void; onSignOut: () => void };

export function Header({ viewer, tenant, onTenant, onSignOut }: Props) {
  const { isLive } = useLive();
  const memberships = viewer?.memberships ?? [];
  const roles = memberships.find(({ slug }) => slug === tenant)?.roles ?? [];
  return (
    <header>
      <span className="mark" aria-hidden="true" />
      <select aria-label="Tenant" value={tenant} onChange={event => onTenant(event.target.value)}>
        {memberships.map(({ slug, name }) => (
          <option key={slug} value={slug}>
            {name}
          </option>
        ))}
      </select>
      <span className={isLive ? 'live' : 'live lost'}>{isLive ? 'Live' : 'Not live'}</span>
      <span className="viewer">
        {viewer?.name} <small>{roles.map(words).join(', ')}</small>
      </span>
      <button type="button" onClick={onSignOut}>
        Sign out
      </button>
    </header>
  );
}
