import { featuresOf } from '../../../../access/audience.ts';
import { type Caller, principalOf } from '../../../../access/obstacles.ts';
import { type Permission, ruleOf } from '../../../../access/policy.ts';
import { type PlanCode, ROLES, type TenantStatus } from '../../../../access/vocabulary.ts';
import type { CallerName } from './params.ts';

/**
 * A caller by name, in a tenant as a permission takes it: the tenant context, or the one that the
 * input names.
 */
export function callerOf(name: CallerName, status: TenantStatus, plan: PlanCode, permission: Permission): Caller {
  const roles = ROLES.filter(role => role === name);
  const isMember = roles.length > 0;
  return {
    principal: principalOf(isMember ? 'user' : (name as Exclude<CallerName, (typeof ROLES)[number]>)),
    tenantAccess: { tenantId: '', status, features: featuresOf(plan), roles, named: ruleOf(permission).context === 'named' },
  };
}

/** A caller's name for people. */
export const callerLabel = (name: CallerName): string => LABELS[name as keyof typeof LABELS] ?? name.replace('_', ' ');

const LABELS = {
  api_key: 'API key',
  staff: 'platform staff',
  user: 'somebody without a role',
  nobody: 'nobody (not signed in)',
} as const satisfies Partial<Record<CallerName, string>>;
