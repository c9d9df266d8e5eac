import type { Grant, Principal, TenantAccess } from '../../access/grant.ts';
import { type Permission, ruleOf } from '../../access/policy.ts';
import { type Refusal, refusalOf, sentenceOf } from '../../access/refusal.ts';
import type { PlanFeature, Role, TenantStatus } from '../../access/vocabulary.ts';
import type { TenantClient } from '../../database/sql/data-model.ts';
import type { Binding } from '../../database/tenancy/binding.ts';
import { type LockedTenant, type LockMode, lockTenant } from '../../database/tenancy/tenant-lock.ts';
import type { Transaction, UnitOfWork } from '../../database/unit-of-work.ts';
import { invalidKey, isLive, scopesOf } from '../api-key/sign-in.ts';
import { GatewayError } from './errors.ts';
import type { Clock } from './services.ts';

/**
 * A refusal found inside an operation, where nothing has been written yet or everything is rolled
 * back.
 */
export class RefusedError extends GatewayError {
  constructor(readonly refusal: Refusal) {
    super(refusal.code, sentenceOf(refusal));
  }
}

/** What of an operation a check takes. */
type Checked = {
  readonly context: { readonly grant: Pick<Grant, 'principal'> };
  readonly tenantId: string;
  readonly tenant: LockedTenant;
  readonly me: OwnMembership | null;
};

/** The membership of whoever acts, as it is now. */
export type OwnMembership = { readonly id: string; readonly roles: readonly Role[] };

/**
 * What a recheck found: the tenant, held until the transaction ends, and the caller in it (null for
 * staff and for those outside).
 */
export type Rechecked = { readonly tenant: LockedTenant | null; readonly me: OwnMembership | null };

/**
 * Checks a permission again inside the transaction that is to use it: the role or the status may
 * have changed since the field was checked (DESIGN, Writes). It holds the tenant until the
 * transaction ends. All of it is one round trip; each statement sees what was committed by the time
 * that the one before it is through, so that whoever waited for the tenant finds the membership as
 * those left it who held it.
 *
 * @throws {RefusedError} when the permission is no longer held; {GatewayError} UNAUTHENTICATED when
 * the API key was revoked or has expired, NOT_FOUND when staff name a tenant that isn't there.
 */
export async function recheck(
  { db, query }: Transaction,
  permission: Permission,
  { principal, tenantAccess }: Pick<Grant, 'principal' | 'tenantAccess'>,
  { tenantId, personId }: Binding,
  clock: Clock,
  lockMode: LockMode = 'exclusive',
): Promise<Rechecked> {
  const { context } = ruleOf(permission);
  const isIn = context !== 'none' && context !== 'named';
  const [tenant, membership, key] = await Promise.all([
    lockTenant(query, lockMode),
    isIn && personId ? db.membership.findFirst({ where: { userId: personId }, select: { id: true, roles: true } }) : null,
    isIn && principal.kind === 'api_key' ? keyNow(db, principal.keyId) : null,
  ]);
  if (context === 'none' || (context === 'named' && principal.kind === 'user')) return { tenant, me: null };
  if (context === 'named') {
    if (!tenant) throw new GatewayError('NOT_FOUND', 'There is no such tenant.');
    const refused = refusedIn(tenant, permission, principal, tenantId!);
    if (refused) throw refused;
    return { tenant, me: null };
  }
  const roles = (membership ? membership.roles : []) as Role[];
  const fresh = tenantAccess && tenant ? tenantAccessIn(tenantId!, tenant, roles) : null;
  const refusal = refusalOf(permission, { principal: principalNow(principal, key, clock), tenantAccess: fresh });
  if (refusal) throw new RefusedError(refusal);
  return { tenant, me: membership ? { id: membership.id, roles } : null };
}

type KeyNow = { readonly scopes: string[]; readonly revokedAt: Date | null; readonly expiresAt: Date | null };

const keyNow = (db: TenantClient, id: string): Promise<KeyNow | null> =>
  db.apiKey.findFirst({ where: { id }, select: { scopes: true, revokedAt: true, expiresAt: true } });

/** An API key with the scopes that it has now (SPEC R7); anybody else as they are. */
function principalNow(principal: Principal, key: KeyNow | null, clock: Clock): Principal {
  if (principal.kind !== 'api_key') return principal;
  if (!key || !isLive(key, clock.now())) throw invalidKey();
  return { ...principal, scopes: new Set(scopesOf(key.scopes)) };
}

/**
 * @throws {RefusedError} when whoever acts, as they were found at the beginning of an operation,
 * lacks a permission beside the operation's own.
 */
export function checkAlso(permission: Permission, { context, tenantId, tenant, me }: Checked): void {
  const refusal = refusalOf(permission, {
    principal: context.grant.principal,
    tenantAccess: tenantAccessIn(tenantId, tenant, me?.roles ?? []),
  });
  if (refusal) throw new RefusedError(refusal);
}

const tenantAccessIn = (tenantId: string, { status, features }: LockedTenant, roles: readonly Role[]): TenantAccess => ({
  tenantId,
  status: status as TenantStatus,
  features: features as PlanFeature[],
  roles,
});

/**
 * Why a permission can't be used on a tenant that one is no member of, in its status, or null. An
 * invitee asks after showing the invitation, lest a guess tell that the tenant exists.
 */
export function refusedIn(tenant: LockedTenant, permission: Permission, principal: Principal, tenantId: string): RefusedError | null {
  const refusal = refusalOf(permission, { principal, tenantAccess: { ...tenantAccessIn(tenantId, tenant, []), named: true } });
  return refusal && new RefusedError(refusal);
}

/**
 * The standing of the bound person in the bound tenant as it is at this moment, without holding it;
 * null for who is no member there any more.
 */
export async function currentTenantAccess({ db, binding }: Pick<UnitOfWork, 'db' | 'binding'>): Promise<TenantAccess | null> {
  if (binding.personId === null) return null;
  const membership = await db.membership.findFirst({
    where: { userId: binding.personId },
    select: { tenantId: true, roles: true, tenant: { select: { status: true, plan: { select: { features: true } } } } },
  });
  if (!membership) return null;
  const { tenantId, roles, tenant } = membership;
  return { tenantId, status: tenant.status as TenantStatus, features: tenant.plan.features as PlanFeature[], roles: roles as Role[] };
}
