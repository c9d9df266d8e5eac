import { OBSTACLES } from '../access/grant.ts';
import { ROLE_MEANING, STATUS_MEANING } from '../access/meaning.ts';
import { PLAN_CODES, PLAN_FEATURES, PRINCIPAL_KINDS, type PrincipalKind, ROLES, STATUSES } from '../access/vocabulary.ts';
import { builder } from './builder.ts';
import { DateTime, parsePermission } from './scalars.ts';

/** An enum's values, in GraphQL's upper case, standing for the house's own. */
const upper = <Value extends string>(values: readonly Value[], meaning?: Readonly<Record<Value, string>>) =>
  Object.fromEntries(values.map(value => [value.toUpperCase(), { value, ...(meaning && { description: meaning[value] }) }])) as Record<
    Uppercase<Value>,
    { value: Value; description?: string }
  >;

export const RoleName = builder.enumType('RoleName', {
  description: 'A role of a membership.',
  values: upper(ROLES, ROLE_MEANING),
});

export const TenantStatus = builder.enumType('TenantStatus', {
  description: "A tenant's status.",
  values: upper(STATUSES, STATUS_MEANING),
});

export const PlanCode = builder.enumType('PlanCode', { description: 'A tier of the plan catalogue.', values: upper(PLAN_CODES) });

export const PlanFeature = builder.enumType('PlanFeature', {
  description: 'What a plan may carry beside its limits.',
  values: upper(PLAN_FEATURES),
});

export const SupportLevel = builder.enumType('SupportLevel', {
  description: 'How a plan is supported.',
  values: upper(['community', 'basic', 'priority', 'dedicated']),
});

const ACTS_AS: Readonly<Record<PrincipalKind, string>> = {
  nobody: 'No token was sent.',
  user: 'A person.',
  api_key: "A tenant's API key.",
  staff: 'Platform staff, who are in no tenant.',
};

export const PrincipalName = builder.enumType('Principal', {
  description: 'Who a request acts as.',
  values: upper(PRINCIPAL_KINDS, ACTS_AS),
});

export const ObstacleName = builder.enumType('Obstacle', {
  description: 'What stands in the way of a permission.',
  values: upper(OBSTACLES),
});

builder.addScalarType('DateTime', DateTime);

builder.scalarType('PermissionName', {
  description: 'The name of a permission, such as `tenant:rename`. `permissions` lists them all.',
  serialize: name => name,
  parseValue: parsePermission,
});
