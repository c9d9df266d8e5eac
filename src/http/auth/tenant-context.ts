import { type Grant, grantOf, type Principal } from '../../access/grant.ts';
import { type Binding, type Database, PiggybackQuery, type UnitOfWork } from '../../database/index.ts';
import {
  membershipsIn,
  membershipsOf,
  membershipsStatement,
  type PersonMembership,
  type PersonMemberships,
  type TenantName,
} from '../../database/queries/membership.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import type { Context } from '../../graphql/core/context.ts';
import type { Token } from './authenticate.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SLUG = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** A tenant that doesn't exist and one that you are no member of: one answer (SPEC T3). */
const notFound = () => new GatewayError('TENANT_NOT_FOUND', 'There is no such tenant, or you are no member of it.');

/** A text as a name that a tenant may have: an id or a slug. */
function tenantName(text: string): TenantName {
  const name = text.toLowerCase();
  if (UUID.test(name)) return { id: name };
  if (SLUG.test(name) && name.length <= 32) return { slug: name };
  throw notFound();
}

const isNamed = ({ tenantId, slug }: PersonMembership, text: string) => [tenantId, slug].includes(text.toLowerCase());

/** What a request brings beside its token. */
export type RequestInput = Pick<Context, 'requestId' | 'idempotencyKey' | 'services'> & {
  /** The tenant that its header names. */
  readonly tenant: string | undefined;
};

/**
 * Resolves a request to one tenant context or to none, before any resolver runs (SPEC T2, T3), with
 * what the database says at this moment.
 *
 * @throws {GatewayError} TENANT_NOT_FOUND, or TENANT_CONFLICT when the token and the header name
 * different tenants.
 */
export async function tenantContext(database: Database, token: Token | null, input: RequestInput): Promise<Context> {
  if (!token) return contextOf(database, input, outsider({ profile: null, principal: { kind: 'nobody' } }));
  const named = nameIn(token, input);
  if (token.staff) {
    // staff are in no tenant; they name one in their own mutations
    if (named !== null) throw notFound();
    return contextOf(database, input, outsider({ profile: token.profile, principal: { kind: 'staff' } }));
  }
  const result = (await database.queryText(membershipsStatement(token.profile, named === null ? null : tenantName(named))))!;
  const cached = { result, facts: factsOf(token, input, membershipsIn(result)) };
  remember(token, input, cached);
  return contextOf(database, input, cached.facts);
}

/**
 * A context from the cache, for reads alone. The database confirms it in the round trip of the
 * first statement: nothing may be answered before `holds` says that the caller's access is what the
 * cache says.
 */
export type OptimisticContext = { readonly context: Context; readonly holds: () => Promise<boolean> };

/**
 * The context that a caller's last request with the same tenant had, or null for a caller who isn't
 * in the cache.
 */
export function optimisticContext(database: Database, token: Token | null, input: RequestInput): OptimisticContext | null {
  const cached = token && cachedMemberships.get(token)?.get(input.tenant);
  if (!cached) return null;
  const named = nameIn(token, input);
  const piggyback = new PiggybackQuery(membershipsStatement(token.profile, named === null ? null : tenantName(named)));
  const context = contextOf(database, input, cached.facts, binding => readOnly(database.bind(binding, piggyback)));
  const holds = async () => (piggyback.isTaken ? await piggyback.result : await database.queryText(piggyback)) === cached.result;
  return { context, holds };
}

/** A write was tried under a context that the database hasn't confirmed: a bug. */
class OptimisticContextStale extends Error {
  override name = 'OptimisticContextStale';
}

/** Work that can only read. */
function readOnly(work: UnitOfWork): UnitOfWork {
  const refuse = () => {
    throw new OptimisticContextStale('an optimistic context can only read');
  };
  return { ...work, founding: refuse, within: refuse, transaction: refuse };
}

/** What the database said of who asked, and what follows from it. */
type CachedMembership = { readonly result: string; readonly facts: Facts };

/** By token and by the tenant that was named with it, as long as the token is remembered. */
const cachedMemberships = new WeakMap<Token, Map<string | undefined, CachedMembership>>();

/** How many tenants are remembered of a token, or spellings of one. */
const MOST = 16;

function remember(token: Token, { tenant }: RequestInput, cached: CachedMembership): void {
  const known = cachedMemberships.get(token) ?? new Map<string | undefined, CachedMembership>();
  if (known.size >= MOST) known.clear();
  cachedMemberships.set(token, known.set(tenant, cached));
}

const nameIn = (token: Token, { tenant }: RequestInput): string | null => tenant ?? token.tenant;

/** The one membership that a request acts by: the named one, or the only one. */
function chosen({ memberships }: PersonMemberships, header: string | undefined, claim: string | null): PersonMembership | null {
  const [first = null] = memberships;
  if (header === undefined && claim === null) return memberships.length === 1 ? first : null;
  if (!first) throw notFound();
  if (claim !== null && !isNamed(first, claim))
    throw new GatewayError('TENANT_CONFLICT', 'Your token and the X-Tenant-Id header name different tenants.');
  return first;
}

/** What a context is made of beside the request. */
type Facts = Pick<Context, 'profile'> & {
  readonly grant: Grant;
  readonly personId: string | null;
  readonly membership: PersonMembership | null;
  readonly all: Promise<readonly PersonMembership[]> | undefined;
};

function factsOf(token: Token, { tenant }: RequestInput, person: PersonMemberships): Facts {
  const membership = chosen(person, tenant, token.tenant);
  const tenantAccess = membership && {
    tenantId: membership.tenantId,
    status: membership.status,
    features: membership.features,
    roles: membership.roles,
  };
  return {
    profile: token.profile,
    grant: grantOf({ kind: 'user' }, tenantAccess),
    personId: person.personId,
    membership,
    all: tenant === undefined && token.tenant === null ? Promise.resolve(person.memberships) : undefined,
  };
}

const outsider = ({ profile, principal }: { profile: Facts['profile']; principal: Principal }): Facts => ({
  ...{ profile, grant: grantOf(principal, null), personId: null, membership: null, all: undefined },
});

function contextOf(
  database: Database,
  { requestId, idempotencyKey, services }: RequestInput,
  facts: Facts,
  bind: (binding: Binding) => UnitOfWork = binding => database.bind(binding),
): Context {
  const { profile, grant, personId, membership, all } = facts;
  const read = async () =>
    profile && grant.principal.kind === 'user' ? (await membershipsOf(database.queryText, profile, null)).memberships : [];
  let memberships = all;
  return {
    requestId,
    idempotencyKey,
    services,
    profile,
    membership,
    grant,
    work: bind({ tenantId: grant.tenantAccess?.tenantId ?? null, personId }),
    memberships: () => {
      memberships ??= read();
      return memberships;
    },
  };
}
