import { OBSTACLES } from '../../access/grant.ts';
import { ROLE_MEANING, STATUS_MEANING } from '../../access/meaning.ts';
import { PLAN_CODES, PLAN_FEATURES, PRINCIPAL_KINDS, type PrincipalKind, ROLES, STATUSES } from '../../access/vocabulary.ts';
import { ACTIONS, type Action } from '../../domain/audit/actions.ts';
import { builder } from './builder.ts';
import { DateTime, JSONObject, parseByteCount, parseDecimal, parsePermission, printDecimal } from './scalars.ts';

/** An enum's values, in GraphQL's upper case, standing for the house's own. */
export const upper = <Value extends string>(values: readonly Value[], meaning?: Readonly<Record<Value, string>>) =>
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

export const AuditAction = builder.enumType('AuditAction', {
  description: 'What somebody did, or was refused.',
  values: Object.fromEntries(
    (Object.keys(ACTIONS) as Action[]).map(action => [
      action.replace('.', '_').toUpperCase(),
      { value: action, description: `\`${action}\`` },
    ]),
  ) as Record<string, { value: Action }>,
});

export const AuditOutcome = builder.enumType('AuditOutcome', {
  description: 'What came of it.',
  values: upper(['done', 'refused']),
});

export const AuditActor = builder.enumType('AuditActorKind', {
  description: 'Who an event is by.',
  values: upper(['user', 'api_key', 'staff', 'system']),
});

export const PlanChangeKind = builder.enumType('PlanChangeKind', {
  description: 'What a change to a plan would be.',
  values: upper(['present', 'upgrade', 'downgrade', 'by_sales']),
});

export const MarketplaceSort = builder.enumType('MarketplaceSort', {
  description: 'The order of a search.',
  values: upper(['relevance', 'newest', 'price'], {
    relevance: 'The best first: words in the title count most, in the tags next. The newest first where there is no `query`.',
    newest: 'The newest first.',
    price: 'The cheapest first, in one `currency`.',
  }),
});

export const ListingStatus = builder.enumType('ListingStatus', {
  description: 'Where a listing is.',
  values: upper(['draft', 'published', 'withdrawn'], {
    draft: 'Seen by its tenant alone; it was never published.',
    published: 'On the marketplace, while the tenant is active and sells.',
    withdrawn: 'Off the marketplace. Whoever was entitled stays so.',
  }),
});

builder.addScalarType('DateTime', DateTime);
builder.addScalarType('JSONObject', JSONObject);

builder.scalarType('Decimal', {
  description: 'An exact decimal number as a text, such as `"12.5"`. Never a float.',
  serialize: value => printDecimal(value),
  parseValue: parseDecimal,
});

builder.scalarType('ByteCount', {
  description: 'A number of bytes as a text, such as `"1048576"`; it may be larger than an Int.',
  serialize: value => String(value),
  parseValue: parseByteCount,
});

builder.scalarType('PermissionName', {
  description: 'The name of a permission, such as `tenant:rename`. `permissions` lists them all.',
  serialize: name => name,
  parseValue: parsePermission,
});
