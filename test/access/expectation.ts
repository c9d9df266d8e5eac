/**
 * Who may do what, written by hand from SPEC R, S, K and P: nothing here is read from the code that it is held against. What the code has and
 * this doesn't say, or the other way round, fails a test.
 */
export const ROLES = ['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'] as const;
export const STATUSES = ['active', 'suspended', 'pending_deletion', 'deleted'] as const;
export const PRINCIPALS = ['nobody', 'user', 'api_key', 'staff'] as const;
export const PLANS = ['FREE', 'STARTER', 'PROFESSIONAL', 'ENTERPRISE'] as const;
export const FEATURES = ['advanced_analytics'] as const;

export type Role = (typeof ROLES)[number];
export type Status = (typeof STATUSES)[number];
export type PrincipalKind = (typeof PRINCIPALS)[number];

const Y = true;
const _ = false;
type Cell = boolean;
type Row = readonly [
  roles: readonly [Cell, Cell, Cell, Cell, Cell, Cell],
  statuses: readonly [Cell, Cell, Cell, Cell],
  principals: readonly [Cell, Cell, Cell, Cell],
  tenant: boolean,
  feature: (typeof FEATURES)[number] | null,
];

// biome-ignore format: a table is read by its columns
const TABLE = {
  //                        owner admin sell. buyer oper. viewer  active susp. pend. deleted  nobody user key staff  tenant feature
  'tenant:create':        [[_,    _,    _,    _,    _,    _],     [_,    _,    _,    _],      [_,    Y,   _,  _],     _,     null],
  'tenant:read':          [[Y,    Y,    Y,    Y,    Y,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   Y,  _],     Y,     null],
  'tenant:rename':        [[Y,    Y,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     Y,     null],
  'billing-contact:read': [[Y,    Y,    _,    _,    _,    _],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     Y,     null],
  'plan:read':            [[Y,    Y,    Y,    Y,    Y,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     Y,     null],
  'member:count':         [[Y,    Y,    Y,    Y,    Y,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     Y,     null],
  'member:list':          [[Y,    Y,    Y,    Y,    _,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     Y,     null],
  'member:read-email':    [[Y,    Y,    _,    _,    _,    _],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     Y,     null],
} as const satisfies Record<string, Row>;

export type PermissionName = keyof typeof TABLE;
export const PERMISSION_NAMES = Object.keys(TABLE) as readonly PermissionName[];

export type Expected = {
  readonly roles: readonly Role[];
  readonly statuses: readonly Status[];
  readonly principals: readonly PrincipalKind[];
  readonly tenant: boolean;
  readonly feature: string | null;
};

const marked = <Name>(names: readonly Name[], cells: readonly Cell[]): readonly Name[] => names.filter((_name, column) => cells[column]);

/** A row of the table. */
export function expected(permission: PermissionName): Expected {
  const [roles, statuses, principals, tenant, feature] = TABLE[permission];
  return {
    roles: marked(ROLES, roles),
    statuses: marked(STATUSES, statuses),
    principals: marked(PRINCIPALS, principals),
    tenant,
    feature,
  };
}

/** What a field needs: a permission; nothing (`public`); or nothing of its own, as a wrapper that only a guarded field leads to. */
export type Need = PermissionName | 'public' | 'as-parent';

// biome-ignore format: a table is read by its columns
const BY_TYPE: Readonly<Record<string, Readonly<Record<string, Need>>>> = {
  Query:    { viewer: 'public', plans: 'public', roles: 'public', permissions: 'public', node: 'public', nodes: 'public', tenant: 'tenant:read' },
  Mutation: { createTenant: 'tenant:create', renameTenant: 'tenant:rename' },
  Node:     { id: 'as-parent' },
  Tenant: {
    id:              'tenant:read',
    tenantId:        'tenant:read',
    slug:            'tenant:read',
    name:            'tenant:read',
    status:          'tenant:read',
    statusReason:    'tenant:read',
    statusChangedAt: 'tenant:read',
    sells:           'tenant:read',
    buys:            'tenant:read',
    createdAt:       'tenant:read',
    billingEmail:    'billing-contact:read',
    plan:            'plan:read',
    planSince:       'plan:read',
    memberCount:     'member:count',
    memberships:     'member:list',
  },
  Membership: { id: 'member:list', roles: 'member:list', user: 'member:list', joinedAt: 'member:list' },
  User:       { id: 'member:list', name: 'member:list', email: 'member:read-email' },
  TenantMembershipsConnection: { edges: 'as-parent', pageInfo: 'as-parent', totalCount: 'as-parent' },
  TenantMembershipsEdge:       { cursor: 'as-parent', node: 'as-parent' },
  PageInfo:   { startCursor: 'as-parent', endCursor: 'as-parent', hasNextPage: 'as-parent', hasPreviousPage: 'as-parent' },
  CreateTenantPayload: { membership: 'public' },
  RenameTenantPayload: { tenant: 'tenant:read' },
  Viewer: {
    principal: 'public', name: 'public', email: 'public', emailVerified: 'public', membership: 'public', memberships: 'public',
    permissions: 'public', can: 'public', refusal: 'public',
  },
  ViewerMembership: {
    tenantId: 'public', slug: 'public', name: 'public', status: 'public', statusReason: 'public', plan: 'public', sells: 'public',
    buys: 'public', roles: 'public', joinedAt: 'public',
  },
  Refusal: {
    code: 'public', message: 'public', because: 'public', roles: 'public', statuses: 'public', plans: 'public', tenantStatus: 'public',
  },
  Plan: {
    code: 'public', name: 'public', features: 'public', support: 'public', memberLimit: 'public', apiKeyLimit: 'public',
    datasetLimit: 'public', monthlyRetrievals: 'public', costPointsPerMinute: 'public',
  },
  Role:       { name: 'public', description: 'public', permissions: 'public' },
  Permission: {
    name: 'public', meaning: 'public', needsTenant: 'public', principals: 'public', roles: 'public', statuses: 'public', plans: 'public',
  },
};

/** Every field of every type, as `Type.field`, and what it needs. */
export const FIELDS: Readonly<Record<string, Need>> = Object.fromEntries(
  Object.entries(BY_TYPE).flatMap(([type, fields]) => Object.entries(fields).map(([field, need]) => [`${type}.${field}`, need])),
);
