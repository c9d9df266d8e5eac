import { describe, expect, test } from 'vitest';
import { type Caller, obstaclesOf, principalOf } from '../../src/access/obstacles.ts';
import { PERMISSIONS, type Permission, ruleOf } from '../../src/access/policy.ts';
import { refusalOf } from '../../src/access/refusal.ts';
import {
  PLAN_FEATURES,
  PRINCIPAL_KINDS,
  type PrincipalKind,
  ROLES,
  type Role,
  STATUSES,
  type TenantStatus,
} from '../../src/access/vocabulary.ts';

const callerOf = (kind: PrincipalKind, roles: readonly Role[], status: TenantStatus, hasFeatures = false, named = false): Caller => ({
  principal: principalOf(kind),
  tenantAccess: { tenantId: 't', status, features: hasFeatures ? PLAN_FEATURES : [], roles, named },
});
const reasons = (permission: Permission, caller: Caller) => obstaclesOf(permission, caller).map(({ because }) => because);

describe('the obstacles between a caller and a permission', () => {
  test.each([
    ['analytics:read-series', callerOf('user', ['operator'], 'deleted'), ['ROLE', 'TENANT_STATUS', 'PLAN']],
    ['analytics:read-series', callerOf('user', ['viewer'], 'suspended'), ['PLAN']],
    ['analytics:read-series', callerOf('user', ['viewer'], 'suspended', true), []],
    ['member:set-roles', callerOf('user', ['viewer'], 'suspended'), ['ROLE', 'TENANT_STATUS']],
    ['member:set-roles', callerOf('api_key', [], 'suspended'), ['KEY_SCOPE', 'TENANT_STATUS']],
    ['dataset:write', callerOf('api_key', [], 'suspended'), ['TENANT_STATUS']],
    ['member:set-roles', callerOf('nobody', [], 'active'), ['SIGN_IN']],
    ['tenant:rename', callerOf('staff', [], 'active'), ['ROLE']],
    ['staff:resume', callerOf('user', ['owner'], 'active', false, true), ['ROLE', 'TENANT_STATUS']],
    ['deletion:cancel', callerOf('user', ['owner'], 'suspended'), ['TENANT_STATUS']],
  ] as const)('%s: %#', (permission, caller, expected) => {
    expect(reasons(permission, caller)).toEqual(expected);
  });

  test('are none exactly where nothing is refused, begin with what a field reports, and occur once', () => {
    const callers = PRINCIPAL_KINDS.flatMap(kind =>
      [[], ...ROLES.map(role => [role])].flatMap(roles => STATUSES.map(status => ({ kind, roles, status }))),
    );
    for (const permission of PERMISSIONS)
      for (const { kind, roles, status } of callers) {
        const caller = callerOf(kind, roles, status, false, ruleOf(permission).context === 'named');
        const found = obstaclesOf(permission, caller);
        expect(found[0] ?? null).toEqual(refusalOf(permission, caller));
        expect(new Set(found.map(({ because }) => because)).size).toBe(found.length);
      }
  });
});
