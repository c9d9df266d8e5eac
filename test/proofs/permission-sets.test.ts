import { describe, expect, test } from 'vitest';
import { grantOf, isScope, obstacle, type Principal, type TenantAccess } from '../../src/access/grant.ts';
import { PERMISSIONS, type Permission, ruleOf } from '../../src/access/policy.ts';
import { PLAN_FEATURES, ROLES, STATUSES } from '../../src/access/vocabulary.ts';

const SCOPES = PERMISSIONS.filter(isScope);
const key = (scopes: readonly Permission[]): Principal => ({ kind: 'api_key', keyId: 'key', scopes: new Set(scopes) });
const PRINCIPALS: readonly Principal[] = [
  ...(['nobody', 'user', 'staff'] as const).map(kind => ({ kind })),
  ...[[], SCOPES, SCOPES.slice(0, 1), SCOPES.slice(1)].map(key),
];

/** Tenant contexts: all that a permission set depends on, and none. */
const CONTEXTS: readonly (TenantAccess | null)[] = [
  null,
  ...STATUSES.flatMap(status =>
    [[], PLAN_FEATURES].flatMap(features =>
      [[], ...ROLES.map(role => [role])].flatMap(roles =>
        [true, false].map(named => ({ tenantId: 'tenant', status, features, roles, ...(named && { named }) })),
      ),
    ),
  ),
];

const PAIRS = PRINCIPALS.flatMap(principal => CONTEXTS.map(context => ({ principal, context })));

const computed = (principal: Principal, context: TenantAccess | null): readonly Permission[] =>
  PERMISSIONS.filter(permission => obstacle(permission, ruleOf(permission), principal, context) === null);

describe('a cached permission set is that of the principal and the context', () => {
  test.each([
    ['in one order', PAIRS],
    ['in the other', PAIRS.toReversed()],
  ])('%s', (_order, pairs) => {
    for (const { principal, context } of pairs)
      expect([...grantOf(principal, context).permissions], JSON.stringify({ principal, context })).toEqual(computed(principal, context));
  });
});
