import { type Grant, grantOf, type Principal, type TenantAccess } from '../../access/grant.ts';
import { type Permission, ruleOf } from '../../access/policy.ts';
import { type Refusal, refusalOf, sentenceOf } from '../../access/refusal.ts';
import type { PlanFeature, Role, TenantStatus } from '../../access/vocabulary.ts';
import type { Binding, LockedTenant, ReadClient, UnitOfWork } from '../../database/index.ts';
import { invalidKey, isLive, scopesOf } from '../api-key/sign-in.ts';
import { GatewayError } from './errors.ts';
import type { Clock } from './services.ts';
import type { LockedTransaction } from './tenant-lock.ts';

/** A refusal found inside a command, before anything was written or with everything rolled back. */
export class RefusedError extends GatewayError {
  constructor(readonly refusal: Refusal) {
    super(refusal.code, sentenceOf(refusal));
  }
}

/** The part of a command that {@link checkAlso} needs. */
type Checked = {
  readonly context: { readonly grant: Pick<Grant, 'principal'> };
  readonly tenantId: string;
  readonly tenant: LockedTenant;
  readonly me: OwnMembership | null;
};

/** The caller's membership as it is now. */
export type OwnMembership = { readonly id: string; readonly roles: readonly Role[] };

type CallerGrant = Pick<Grant, 'principal' | 'tenantAccess'>;

/** The caller's membership or API key as the command's transaction reads it. */
export type CurrentAccess = { readonly membership: { readonly id: string; readonly roles: string[] } | null; readonly key: KeyNow | null };

/**
 * Reads what the caller's permission depends on. Sent after the tenant lock in the same round trip,
 * it sees the membership as the previous holder of the lock left it.
 */
export async function readCurrentAccess(
  db: ReadClient,
  permission: Permission,
  { principal }: CallerGrant,
  { personId }: Binding,
): Promise<CurrentAccess> {
  const { context } = ruleOf(permission);
  const isInTenant = context !== 'none' && context !== 'named';
  const [membership, key] = await Promise.all([
    isInTenant && personId ? db.membership.findFirst({ where: { userId: personId }, select: { id: true, roles: true } }) : null,
    isInTenant && principal.kind === 'api_key' ? keyNow(db, principal.keyId) : null,
  ]);
  return { membership, key };
}

/**
 * Checks a permission again inside the transaction that uses it: roles or status may have changed
 * since the field was checked. Returns the caller's membership, null for staff and for callers who
 * aren't members.
 *
 * Under an optimistic context it confirms the context first.
 *
 * @throws {RefusedError} when the permission is no longer held; {GatewayError} UNAUTHENTICATED when
 * the API key was revoked or has expired, NOT_FOUND when staff name a tenant that doesn't exist.
 */
export function recheck(
  { tenant, tenantId, confirm }: Pick<LockedTransaction, 'tenant' | 'tenantId' | 'confirm'>,
  { membership, key }: CurrentAccess,
  permission: Permission,
  { principal, tenantAccess }: CallerGrant,
  clock: Clock,
): OwnMembership | null {
  const { context } = ruleOf(permission);
  if (context === 'none' || (context === 'named' && principal.kind === 'user')) return null;
  if (context === 'named') {
    if (!tenant) throw new GatewayError('NOT_FOUND', 'There is no such tenant.');
    const refused = refusedIn(tenant, permission, principal, tenantId);
    if (refused) throw refused;
    return null;
  }
  const roles = (membership ? membership.roles : []) as Role[];
  const current = tenantAccess && tenant ? tenantAccessIn(tenantId, tenant, roles) : null;
  confirm?.(current);
  const refusal = refusalOf(permission, { principal: principalNow(principal, key, clock), tenantAccess: current });
  if (refusal) throw new RefusedError(refusal);
  return membership && { id: membership.id, roles };
}

type KeyNow = { readonly scopes: string[]; readonly revokedAt: Date | null; readonly expiresAt: Date | null };

const keyNow = (db: ReadClient, id: string): Promise<KeyNow | null> =>
  db.apiKey.findFirst({ where: { id }, select: { scopes: true, revokedAt: true, expiresAt: true } });

/** An API key with its current scopes (SPEC R7); other principals unchanged. */
function principalNow(principal: Principal, key: KeyNow | null, clock: Clock): Principal {
  if (principal.kind !== 'api_key') return principal;
  if (!key || !isLive(key, clock.now())) throw invalidKey();
  return { ...principal, scopes: new Set(scopesOf(key.scopes)) };
}

/**
 * Checks a permission that a command needs beside its own, by the roles read at its start.
 *
 * @throws {RefusedError}
 */
export function checkAlso(permission: Permission, { context, tenantId, tenant, me }: Checked): void {
  const refusal = refusalOf(permission, {
    principal: context.grant.principal,
    tenantAccess: tenantAccessIn(tenantId, tenant, me?.roles ?? []),
  });
  if (refusal) throw new RefusedError(refusal);
}

/** The caller's permissions as the transaction reads them. */
export const grantNow = (
  { tenant, tenantId }: Pick<LockedTransaction, 'tenant' | 'tenantId'>,
  { membership, key }: CurrentAccess,
  { principal, tenantAccess }: CallerGrant,
  clock: Clock,
): Grant =>
  grantOf(
    principalNow(principal, key, clock),
    tenantAccess && tenant ? tenantAccessIn(tenantId, tenant, (membership ? membership.roles : []) as Role[]) : null,
  );

const tenantAccessIn = (tenantId: string, { status, features }: LockedTenant, roles: readonly Role[]): TenantAccess => ({
  tenantId,
  status: status as TenantStatus,
  features: features as PlanFeature[],
  roles,
});

/**
 * Why a caller who isn't a member can't use a permission on a tenant in its status, or null. For
 * an invitee, check the invitation's secret first: a guess must not reveal that the tenant exists.
 */
export function refusedIn(tenant: LockedTenant, permission: Permission, principal: Principal, tenantId: string): RefusedError | null {
  const refusal = refusalOf(permission, { principal, tenantAccess: { ...tenantAccessIn(tenantId, tenant, []), named: true } });
  return refusal && new RefusedError(refusal);
}

/**
 * The bound person's access to the bound tenant at this moment, read without a lock; null when
 * they are no longer a member.
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
