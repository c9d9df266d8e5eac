import { type Grant, grantOf, type Principal } from '../../access/grant.ts';
import type { Binding, ReadableDatabase } from '../../database/index.ts';
import { membershipsOf, type PersonMembership, type PersonMemberships } from '../../database/queries/membership.ts';
import type { Context } from '../../graphql/core/context.ts';
import { chooseMembership } from './choose-membership.ts';
import { requestedTenant, type TenantSources } from './tenant-name.ts';
import type { Token } from './token.ts';

/** The parts of a context that come from the request itself. */
export type RequestInput = Pick<
  Context,
  'requestId' | 'idempotencyKey' | 'groupsRefusals' | 'services' | 'explain' | 'examine' | 'live' | 'budget' | 'introspection'
> &
  TenantSources;

/** The parts of a context that token or key and the database decide: the same for equal answers. */
export type TenantFacts = Pick<Context, 'profile' | 'grant' | 'membership' | 'apiKey' | 'costLimit' | 'documentsRevision'> & {
  readonly personId: string | null;
  /** All memberships of the person, if the request named no tenant: then they were all read. */
  readonly memberships: readonly PersonMembership[] | undefined;
};

/** @throws {GatewayError} TENANT_NOT_FOUND, TENANT_CONFLICT. */
export function factsOfPerson(token: Token, sources: TenantSources, person: PersonMemberships): TenantFacts {
  const membership = chooseMembership(person, sources, token.tenant);
  return {
    profile: token.profile,
    grant: grantOf({ kind: 'user' }, membership && tenantAccessOf(membership)),
    personId: person.personId,
    membership,
    apiKey: null,
    costLimit: membership?.costPointsPerMinute ?? null,
    documentsRevision: membership?.documentsRevision ?? null,
    memberships: requestedTenant(token, sources) === null ? person.memberships : undefined,
  };
}

const tenantAccessOf = ({ tenantId, status, features, roles }: PersonMembership): Grant['tenantAccess'] => ({
  ...{ tenantId, status, features, roles },
});

/** The facts of a caller outside of any tenant: nobody, or staff. */
export const factsOutside = (principal: Principal, profile: Context['profile']): TenantFacts => ({
  ...{
    profile,
    grant: grantOf(principal, null),
    personId: null,
    membership: null,
    apiKey: null,
    costLimit: null,
    documentsRevision: null,
    memberships: undefined,
  },
});

/** @param bind makes the context's access to the database. */
export function buildContext<Work>(
  database: Pick<ReadableDatabase, 'queryText'>,
  { requestId, idempotencyKey, groupsRefusals, services, explain, examine, live, budget, introspection }: RequestInput,
  { profile, grant, membership, apiKey, costLimit, documentsRevision, personId, memberships }: TenantFacts,
  bind: (binding: Binding) => Work,
): Omit<Context, 'work'> & { readonly work: Work } {
  let read: Promise<readonly PersonMembership[]> | undefined;
  const readMemberships = async () => {
    if (memberships) return memberships;
    return profile && grant.principal.kind === 'user' ? (await membershipsOf(database.queryText, profile, null)).memberships : [];
  };
  return {
    requestId,
    idempotencyKey,
    groupsRefusals,
    services,
    explain,
    examine,
    live,
    budget,
    introspection,
    profile,
    membership,
    apiKey,
    costLimit,
    documentsRevision,
    grant,
    work: bind({ tenantId: grant.tenantAccess?.tenantId ?? null, personId }),
    memberships: () => {
      read ??= readMemberships();
      return read;
    },
  };
}
