/**
 * The permissions that the workloads use: the peers' own copy of the gateway's table.
 */
const ALL = ['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'];
const ALL_BUT_OPERATOR = ALL.filter(role => role !== 'operator');
const ADMINS = ['owner', 'admin'];
const SELLERS_AND_VIEWER = ['owner', 'admin', 'seller_manager', 'viewer'];
const KEPT = ['active', 'suspended', 'pending_deletion'];

// biome-ignore format: a table is read by its columns
export const RULES = {
  'tenant:read':          { roles: ALL,                statuses: KEPT,       principals: ['user', 'api_key'] },
  'tenant:rename':        { roles: ADMINS,             statuses: ['active'], principals: ['user'] },
  'billing-contact:read': { roles: ADMINS,             statuses: KEPT,       principals: ['user'] },
  'plan:read':            { roles: ALL,                statuses: KEPT,       principals: ['user'] },
  'member:count':         { roles: ALL,                statuses: KEPT,       principals: ['user'] },
  'member:list':          { roles: ALL_BUT_OPERATOR,   statuses: KEPT,       principals: ['user'] },
  'member:read-email':    { roles: ADMINS,             statuses: KEPT,       principals: ['user'] },
  'dataset:count':        { roles: ALL,                statuses: KEPT,       principals: ['user', 'api_key'] },
  'dataset:read':         { roles: SELLERS_AND_VIEWER, statuses: KEPT,       principals: ['user', 'api_key'] },
  'earning:read':         { roles: SELLERS_AND_VIEWER, statuses: KEPT,       principals: ['user', 'api_key'] },
  'audit:read':           { roles: ADMINS,             statuses: KEPT,       principals: ['user'] },
  'marketplace:read':     { roles: ALL_BUT_OPERATOR,   statuses: KEPT,       principals: ['user', 'api_key'] },
};

const listed = items => (items.length > 1 ? `${items.slice(0, -1).join(', ')} or ${items.at(-1)}` : items.join());
const upper = items => items.map(item => item.toUpperCase());

const refusals = new Map();

function make(permission, code, because, status) {
  const { roles, statuses, principals } = RULES[permission];
  const message =
    because === 'ROLE'
      ? `${permission} needs the role ${listed(roles)}.`
      : `${permission} works while the tenant is ${listed(statuses)}; it is ${status}.`;
  const requires = { principals: upper(principals), roles: upper(roles), statuses: upper(statuses), plans: null };
  return { message, extensions: { code, permission, because, requires, tenantStatus: status.toUpperCase() } };
}

/**
 * The refusal of a permission for these roles in a tenant of this status; null if it is held. Built
 * once per response.
 */
export function refusalOf(permission, { roles, status }) {
  const rule = RULES[permission];
  const because = !roles.some(role => rule.roles.includes(role)) ? 'ROLE' : !rule.statuses.includes(status) ? 'TENANT_STATUS' : null;
  if (!because) return null;
  const key = `${permission} ${because} ${status}`;
  if (!refusals.has(key)) refusals.set(key, make(permission, because === 'ROLE' ? 'FORBIDDEN' : because, because, status));
  return refusals.get(key);
}

/** The refusal of callers who aren't members. */
export const NOT_A_MEMBER = {
  message: 'There is no such tenant, or you are no member of it.',
  extensions: { code: 'TENANT_NOT_FOUND' },
};
