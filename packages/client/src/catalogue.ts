// Printed from the gateway's catalogues of errors and permissions by `npm run print`.

/**
 * The codes of the gateway's errors, each with its HTTP status if it refuses a whole request; null
 * for the code of a field. docs/errors.md has their meanings.
 */
export const ERROR_STATUS = {
  BAD_REQUEST: 400,
  PERSISTED_QUERY_NOT_SUPPORTED: 400,
  PERSISTED_QUERY_NOT_FOUND: 400,
  DOCUMENT_NOT_FOUND: 400,
  DOCUMENT_RETIRED: 400,
  DOCUMENT_INVALID: null,
  DOCUMENT_NOT_TRUSTED: 403,
  GRAPHQL_PARSE_FAILED: 400,
  GRAPHQL_VALIDATION_FAILED: 400,
  OPERATION_RESOLUTION_FAILURE: 400,
  QUERY_TOO_EXPENSIVE: 400,
  COST_TOO_HIGH: 400,
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  TENANT_NOT_FOUND: 403,
  TENANT_CONFLICT: 400,
  TENANT_REQUIRED: null,
  FORBIDDEN: null,
  TENANT_STATUS: 403,
  PLAN_REQUIRED: null,
  EMAIL_UNVERIFIED: null,
  CONFLICT: null,
  NOT_FOUND: null,
  LIMIT_REACHED: null,
  OWNER_PROTECTED: null,
  OWNS_TENANTS: null,
  ROLE_NOT_GRANTABLE: null,
  SCOPE_NOT_GRANTABLE: null,
  EVENT_NOT_READABLE: null,
  NOT_CONFIGURED: null,
  KEY_ENDED: null,
  KEY_NOT_HOLDABLE: null,
  OWN_MEMBERSHIP: null,
  ALREADY_MEMBER: null,
  INVITATION_INVALID: null,
  INVITATION_FOR_ANOTHER: null,
  TRANSFER_INVALID: null,
  CODE_WRONG: null,
  CONFIRMATION_MISMATCH: null,
  PLAN_BY_SALES: null,
  SIDE_OFF: null,
  OWN_LISTING: null,
  PROVIDER_UNAVAILABLE: null,
  PROVIDER_GONE: null,
  OBJECT_NOT_STORED: null,
  LINK_INVALID: 403,
  IDEMPOTENCY_KEY_REUSED: null,
  RESYNC: null,
  RATE_LIMITED: 429,
  TOO_MANY_STREAMS: 429,
  REQUEST_ENTITY_TOO_LARGE: 413,
  NOT_ACCEPTABLE: 406,
  UNSUPPORTED_MEDIA_TYPE: 415,
  METHOD_NOT_ALLOWED: 405,
  CSRF_REFUSED: 403,
  INTERNAL_SERVER_ERROR: 500,
  OVERLOADED: 503,
  UNAVAILABLE: 503,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** The codes after which the same request may succeed within a minute. */
export const RETRYABLE: readonly string[] = ['RATE_LIMITED', 'OVERLOADED', 'UNAVAILABLE'] satisfies readonly ErrorCode[];

/** The code of each obstacle of a refusal. */
export type ObstacleCodes = {
  SIGN_IN: 'UNAUTHENTICATED';
  ROLE: 'FORBIDDEN';
  NO_TENANT: 'TENANT_REQUIRED';
  KEY_SCOPE: 'FORBIDDEN';
  TENANT_STATUS: 'TENANT_STATUS';
  PLAN: 'PLAN_REQUIRED';
};

export type Principal = 'NOBODY' | 'USER' | 'API_KEY' | 'STAFF';

export type Role = 'OWNER' | 'ADMIN' | 'SELLER_MANAGER' | 'BUYER_MANAGER' | 'OPERATOR' | 'VIEWER';

export type TenantStatus = 'ACTIVE' | 'SUSPENDED' | 'PENDING_DELETION' | 'DELETED';

export type PlanCode = 'FREE' | 'STARTER' | 'PROFESSIONAL' | 'ENTERPRISE';

export type Permission =
  | 'tenant:create'
  | 'tenant:read'
  | 'tenant:rename'
  | 'billing-contact:read'
  | 'billing-contact:update'
  | 'plan:read'
  | 'plan:change'
  | 'member:count'
  | 'member:list'
  | 'member:read-email'
  | 'member:set-roles'
  | 'member:remove'
  | 'member:drop-roles'
  | 'member:leave'
  | 'invitation:list'
  | 'invitation:create'
  | 'invitation:revoke'
  | 'invitation:accept'
  | 'invitation:decline'
  | 'person:export'
  | 'viewer:follow'
  | 'person:erase'
  | 'ownership:transfer'
  | 'deletion:request'
  | 'deletion:cancel'
  | 'audit:read'
  | 'tenant:set-sides'
  | 'dataset:count'
  | 'dataset:read'
  | 'dataset:write'
  | 'dataset:delete'
  | 'listing:write'
  | 'listing:publish'
  | 'earning:read'
  | 'analytics:read'
  | 'analytics:read-series'
  | 'marketplace:read'
  | 'entitlement:read'
  | 'entitlement:acquire'
  | 'entitlement:end'
  | 'object:retrieve'
  | 'usage:count'
  | 'usage:read'
  | 'charge:read'
  | 'api-key:read'
  | 'api-key:create'
  | 'api-key:update'
  | 'api-key:update-any'
  | 'event:read'
  | 'document:read'
  | 'document:register'
  | 'webhook:read'
  | 'webhook:write'
  | 'staff:read-tenant'
  | 'staff:suspend'
  | 'staff:resume'
  | 'staff:rename'
  | 'staff:replace-owner'
  | 'staff:arrange-plan';
