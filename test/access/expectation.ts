/**
 * Who may do what, written by hand from SPEC R, S, K and P: nothing here is read from the code that
 * it is held against. What the code has and this doesn't say, or the other way round, fails a test.
 */
export const ROLES = ['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'] as const;
export const STATUSES = ['active', 'suspended', 'pending_deletion', 'deleted'] as const;
export const PRINCIPALS = ['nobody', 'user', 'api_key', 'staff'] as const;
export const PLANS = ['FREE', 'STARTER', 'PROFESSIONAL', 'ENTERPRISE'] as const;
export const FEATURES = ['advanced_analytics'] as const;
/** The plans that have a feature (SPEC P1). */
export const PLANS_WITH = { advanced_analytics: ['PROFESSIONAL', 'ENTERPRISE'] } as const satisfies Record<
  (typeof FEATURES)[number],
  readonly (typeof PLANS)[number][]
>;

export type Role = (typeof ROLES)[number];
export type Status = (typeof STATUSES)[number];
export type PrincipalKind = (typeof PRINCIPALS)[number];
export type Plan = (typeof PLANS)[number];

const Y = true;
const _ = false;
type Cell = boolean;
type Row = readonly [
  roles: readonly [Cell, Cell, Cell, Cell, Cell, Cell],
  statuses: readonly [Cell, Cell, Cell, Cell],
  principals: readonly [Cell, Cell, Cell, Cell],
  context: 'tenant' | 'none' | 'named',
  feature: (typeof FEATURES)[number] | null,
];

// biome-ignore format: a table is read by its columns
const TABLE = {
  //  owner admin sell. buyer oper. viewer active susp. pend. deleted nobody user key staff held in
  // feature
  'tenant:create':          [[_,    _,    _,    _,    _,    _],     [_,    _,    _,    _],      [_,    Y,   _,  _],     'none',   null],
  'tenant:read':            [[Y,    Y,    Y,    Y,    Y,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'tenant:rename':          [[Y,    Y,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'billing-contact:read':   [[Y,    Y,    _,    _,    _,    _],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     'tenant', null],
  'billing-contact:update': [[Y,    Y,    _,    _,    _,    _],     [Y,    Y,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'plan:read':              [[Y,    Y,    Y,    Y,    Y,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     'tenant', null],
  'plan:change':            [[Y,    Y,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'member:count':           [[Y,    Y,    Y,    Y,    Y,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     'tenant', null],
  'member:list':            [[Y,    Y,    Y,    Y,    _,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     'tenant', null],
  'member:read-email':      [[Y,    Y,    _,    _,    _,    _],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     'tenant', null],
  'member:set-roles':       [[Y,    Y,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'member:remove':          [[Y,    Y,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'member:drop-roles':      [[Y,    Y,    Y,    Y,    Y,    Y],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'member:leave':           [[Y,    Y,    Y,    Y,    Y,    Y],     [Y,    Y,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'invitation:list':        [[Y,    Y,    _,    _,    _,    _],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     'tenant', null],
  'invitation:create':      [[Y,    Y,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'invitation:revoke':      [[Y,    Y,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'invitation:accept':      [[_,    _,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     'named',  null],
  'invitation:decline':     [[_,    _,    _,    _,    _,    _],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     'named',  null],
  'person:export':          [[_,    _,    _,    _,    _,    _],     [_,    _,    _,    _],      [_,    Y,   _,  _],     'none',   null],
  'viewer:follow':          [[_,    _,    _,    _,    _,    _],     [_,    _,    _,    _],      [_,    Y,   _,  _],     'none',   null],
  'person:erase':           [[_,    _,    _,    _,    _,    _],     [_,    _,    _,    _],      [_,    Y,   _,  _],     'none',   null],
  'ownership:transfer':     [[Y,    _,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'deletion:request':       [[Y,    _,    _,    _,    _,    _],     [Y,    Y,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'deletion:cancel':        [[Y,    _,    _,    _,    _,    _],     [_,    _,    Y,    _],      [_,    Y,   _,  _],     'tenant', null],
  'audit:read':             [[Y,    Y,    _,    _,    _,    _],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     'tenant', null],
  'tenant:set-sides':       [[Y,    Y,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'dataset:count':          [[Y,    Y,    Y,    Y,    Y,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'dataset:read':           [[Y,    Y,    Y,    _,    _,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'dataset:write':          [[Y,    Y,    Y,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'dataset:delete':         [[Y,    Y,    Y,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'listing:write':          [[Y,    Y,    Y,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'listing:publish':        [[Y,    Y,    Y,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'earning:read':           [[Y,    Y,    Y,    _,    _,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'analytics:read':         [[Y,    Y,    Y,    _,    _,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'analytics:read-series':  [[Y,    Y,    Y,    _,    _,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   Y,  _],     'tenant', 'advanced_analytics'],
  'marketplace:read':       [[Y,    Y,    Y,    Y,    _,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'entitlement:read':       [[Y,    Y,    _,    Y,    _,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'entitlement:acquire':    [[Y,    Y,    _,    Y,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'entitlement:end':        [[Y,    Y,    _,    Y,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'object:retrieve':        [[Y,    Y,    _,    Y,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'usage:count':            [[Y,    Y,    Y,    Y,    Y,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'usage:read':             [[Y,    Y,    _,    Y,    _,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'charge:read':            [[Y,    Y,    _,    Y,    _,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'api-key:read':           [[Y,    Y,    _,    Y,    _,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     'tenant', null],
  'api-key:create':         [[Y,    Y,    _,    Y,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'api-key:update':         [[Y,    Y,    _,    Y,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'api-key:update-any':     [[Y,    Y,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'event:read':             [[Y,    Y,    Y,    Y,    Y,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'document:read':          [[Y,    Y,    Y,    Y,    _,    Y],     [Y,    Y,    Y,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'document:register':      [[Y,    Y,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   Y,  _],     'tenant', null],
  'webhook:read':         [[Y,    Y,    _,    _,    Y,    _],     [Y,    Y,    Y,    _],      [_,    Y,   _,  _],     'tenant', null],
  'webhook:write':        [[Y,    Y,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    Y,   _,  _],     'tenant', null],
  'staff:read-tenant':      [[_,    _,    _,    _,    _,    _],     [Y,    Y,    Y,    Y],      [_,    _,   _,  Y],     'named',  null],
  'staff:suspend':          [[_,    _,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    _,   _,  Y],     'named',  null],
  'staff:resume':           [[_,    _,    _,    _,    _,    _],     [_,    Y,    _,    _],      [_,    _,   _,  Y],     'named',  null],
  'staff:rename':           [[_,    _,    _,    _,    _,    _],     [Y,    Y,    Y,    _],      [_,    _,   _,  Y],     'named',  null],
  'staff:replace-owner':    [[_,    _,    _,    _,    _,    _],     [Y,    Y,    Y,    _],      [_,    _,   _,  Y],     'named',  null],
  'staff:arrange-plan':     [[_,    _,    _,    _,    _,    _],     [Y,    _,    _,    _],      [_,    _,   _,  Y],     'named',  null],
} as const satisfies Record<string, Row>;

export type PermissionName = keyof typeof TABLE;
export const PERMISSION_NAMES = Object.keys(TABLE) as readonly PermissionName[];

/** A permission as the schema's enum writes it: `MEMBER_INVITE`. */
export const enumName = (permission: string): string => permission.replace(/[:-]/g, '_').toUpperCase();

export type Expected = {
  readonly roles: readonly Role[];
  readonly statuses: readonly Status[];
  readonly principals: readonly PrincipalKind[];
  /** `named`: over a tenant that the input leads to, whatever tenant one is in. */
  readonly context: Row[3];
  readonly feature: Row[4];
};

const marked = <Name>(names: readonly Name[], cells: readonly Cell[]): readonly Name[] => names.filter((_name, column) => cells[column]);

/** A row of the table. */
export function expected(permission: PermissionName): Expected {
  const [roles, statuses, principals, context, feature] = TABLE[permission];
  return {
    roles: marked(ROLES, roles),
    statuses: marked(STATUSES, statuses),
    principals: marked(PRINCIPALS, principals),
    context,
    feature,
  };
}
