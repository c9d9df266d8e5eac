import { grantOf, type Principal, type Standing } from '../access/grant.ts';
import type { Database, UnitOfWork } from '../database/client.ts';
import { membershipsOf, type PersonMembership, type PersonMemberships, type TenantName } from '../database/crossings.ts';
import { GatewayError } from '../domain/errors.ts';
import type { Context } from '../graphql/context.ts';
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
export type Asked = Pick<Context, 'requestId' | 'idempotencyKey' | 'services'> & {
  /** The tenant that its header names. */
  readonly tenant: string | undefined;
};

/**
 * Resolves a request to one tenant context or to none, before any resolver runs (SPEC T2, T3), with what the database says at this moment.
 *
 * @throws {GatewayError} TENANT_NOT_FOUND, or TENANT_CONFLICT when the token and the header name different tenants.
 */
export async function tenantContext(
  database: Database,
  token: Token | null,
  { requestId, tenant: header, idempotencyKey, services }: Asked,
): Promise<Context> {
  const asked = { requestId, idempotencyKey, services };
  if (!token) return contextOf(database, { ...asked, profile: null, principal: { kind: 'nobody' } });
  const { profile, staff } = token;
  const named = header ?? token.tenant;
  if (staff) {
    if (named !== null) throw notFound(); // staff are in no tenant; they name one in their own mutations
    return contextOf(database, { ...asked, profile, principal: { kind: 'staff' } });
  }
  const person = await membershipsOf(database.ask, profile, named === null ? null : tenantName(named));
  const membership = chosen(person, header, token.tenant);
  const all = named === null ? Promise.resolve(person.memberships) : undefined;
  return contextOf(database, { ...asked, profile, principal: { kind: 'user' }, personId: person.personId, membership, all });
}

/** The one membership that a request acts by: the named one, or the only one. */
function chosen({ memberships }: PersonMemberships, header: string | undefined, claim: string | null): PersonMembership | null {
  const [first = null] = memberships;
  if (header === undefined && claim === null) return memberships.length === 1 ? first : null;
  if (!first) throw notFound();
  if (claim !== null && !isNamed(first, claim))
    throw new GatewayError('TENANT_CONFLICT', 'Your token and the X-Tenant-Id header name different tenants.');
  return first;
}

type Facts = Omit<Asked, 'tenant'> & {
  readonly profile: Context['profile'];
  readonly principal: Principal;
  readonly personId?: string | null;
  readonly membership?: PersonMembership | null;
  readonly all?: Promise<readonly PersonMembership[]> | undefined;
};

function contextOf(database: Database, { profile, principal, personId = null, membership = null, all, ...asked }: Facts): Context {
  const standing: Standing | null = membership && {
    tenantId: membership.tenantId,
    status: membership.status,
    features: membership.features,
    roles: membership.roles,
  };
  const read = async () => (profile && principal.kind === 'user' ? (await membershipsOf(database.ask, profile, null)).memberships : []);
  let memberships = all;
  let work: UnitOfWork | undefined;
  return {
    ...asked,
    profile,
    membership,
    grant: grantOf(principal, standing),
    /** Made for whoever asks: many a request reads nothing beyond its context. */
    get work() {
      work ??= database.bind({ tenantId: standing?.tenantId ?? null, personId });
      return work;
    },
    memberships: () => {
      memberships ??= read();
      return memberships;
    },
  };
}
