import {
  type PlanCode,
  type PlanFeature,
  type PrincipalKind,
  ROLES,
  type Role,
  STATUSES,
  type TenantStatus,
  TIERS_WITH,
} from './vocabulary.ts';

/** What one permission needs. Whatever it doesn't list is refused (SPEC S2: deny by default). */
export type Rule = {
  /**
   * The kinds of principal that can hold it. An API key holds it only if its scopes name it too.
   */
  readonly principals: readonly PrincipalKind[];
  /**
   * `tenant`: held in a tenant context only. `none`: it needs no tenant (SPEC T2), and then neither
   * role, status nor feature. `named`: held over a tenant that one is no member of and that the
   * request's input names; its status is looked at when that tenant is at hand.
   */
  readonly context: 'tenant' | 'none' | 'named';
  /** The roles that carry it, one of which a member must have. */
  readonly roles: readonly Role[];
  /** The tenant's statuses that it works in. */
  readonly statuses: readonly TenantStatus[];
  /** The plan's feature that it needs, if any (SPEC P5). */
  readonly feature: PlanFeature | null;
  /** What it lets somebody do, in a line. */
  readonly meaning: string;
};

const OWNER = ['owner'] as const;
const ADMINS = ['owner', 'admin'] as const;
const ALL_BUT_OPERATOR = ['owner', 'admin', 'seller_manager', 'buyer_manager', 'viewer'] as const;
const SELLERS = ['owner', 'admin', 'seller_manager'] as const;
const SELLERS_AND_VIEWER = ['owner', 'admin', 'seller_manager', 'viewer'] as const;
const BUYERS = ['owner', 'admin', 'buyer_manager'] as const;
const BUYERS_AND_VIEWER = ['owner', 'admin', 'buyer_manager', 'viewer'] as const;

const WHILE_ACTIVE = ['active'] as const;
const WHILE_SUSPENDED = ['suspended'] as const;
/** What a suspension leaves open: what resolves it, or leaves (SPEC S2). */
const WHILE_RUNNING = ['active', 'suspended'] as const;
const WHILE_LEAVING = ['pending_deletion'] as const;
/** As long as the tenant's data is kept: members can sign in and read (SPEC S2, S3). */
const WHILE_KEPT = ['active', 'suspended', 'pending_deletion'] as const;
const ALWAYS = STATUSES;

const member = (roles: readonly Role[], statuses: readonly TenantStatus[], meaning: string): Rule => ({
  principals: ['user'],
  context: 'tenant',
  roles,
  statuses,
  feature: null,
  meaning,
});

const person = (meaning: string): Rule => ({ principals: ['user'], context: 'none', roles: [], statuses: [], feature: null, meaning });

/** For a person in whose hands an invitation is. */
const invitee = (statuses: readonly TenantStatus[], meaning: string): Rule => ({ ...person(meaning), context: 'named', statuses });

/** For platform staff, over any tenant. */
const staff = (statuses: readonly TenantStatus[], meaning: string): Rule => ({
  principals: ['staff'],
  context: 'named',
  roles: [],
  statuses,
  feature: null,
  meaning,
});

/** The same where the plan has a feature (SPEC P5). */
const withFeature = (feature: PlanFeature, rule: Rule): Rule => ({ ...rule, feature });

/** The same for a member and for an API key that has the permission among its scopes (SPEC K1). */
const orKey = (rule: Rule): Rule => ({ ...rule, principals: [...rule.principals, 'api_key'] });

/**
 * THE table: who may do what. Fields and mutations name a permission, never a role (SPEC G1);
 * `docs/access-matrix.md` is printed from it and `test/access/expectation.ts` says the same by
 * hand.
 */
// biome-ignore format: a table is read by its columns
export const POLICY = {
  'tenant:create':          person(                                  'Found a tenant and become its owner'),
  'tenant:read':            orKey(member(ROLES, WHILE_KEPT,          "Read the tenant's name, slug, status and sides")),
  'tenant:rename':          member(ADMINS,           WHILE_ACTIVE,   "Change the tenant's display name"),
  'billing-contact:read':   member(ADMINS,           WHILE_KEPT,     'Read the e-mail address that bills go to'),
  'billing-contact:update': member(ADMINS,           WHILE_RUNNING,  'Change the e-mail address that bills go to'),
  'plan:read':              member(ROLES,            WHILE_KEPT,     'Read which plan the tenant is on, its limits and how far they are used'),
  'plan:change':            member(ADMINS,           WHILE_ACTIVE,   'Upgrade, schedule a downgrade, and cancel one'),
  'member:count':           member(ROLES,            WHILE_KEPT,     'Read how many members the tenant has'),
  'member:list':            member(ALL_BUT_OPERATOR, WHILE_KEPT,     "Read the members' names and roles"),
  'member:read-email':      member(ADMINS,           WHILE_KEPT,     "Read the members' e-mail addresses"),
  'member:set-roles':       member(ADMINS,           WHILE_ACTIVE,   "Change another member's roles"),
  'member:remove':          member(ADMINS,           WHILE_ACTIVE,   'Remove another member'),
  'member:drop-roles':      member(ROLES,            WHILE_ACTIVE,   'Give up roles of your own'),
  'member:leave':           member(ROLES,            WHILE_RUNNING,  'Leave the tenant'),
  'invitation:list':        member(ADMINS,           WHILE_KEPT,     'Read the open invitations, with their addresses'),
  'invitation:create':      member(ADMINS,           WHILE_ACTIVE,   'Invite somebody by e-mail'),
  'invitation:revoke':      member(ADMINS,           WHILE_ACTIVE,   'Take an invitation back'),
  'invitation:accept':      invitee(                 WHILE_ACTIVE,   'Accept an invitation to your verified e-mail address'),
  'invitation:decline':     invitee(                 WHILE_KEPT,     'Decline an invitation to your verified e-mail address'),
  'ownership:transfer':     member(OWNER,            WHILE_ACTIVE,   'Hand the tenant to another member: ask, confirm, cancel'),
  'deletion:request':       member(OWNER,            WHILE_RUNNING,  "Ask for the tenant's deletion"),
  'deletion:cancel':        member(OWNER,            WHILE_LEAVING,  "Cancel the tenant's deletion"),
  'audit:read':             member(ADMINS,           WHILE_KEPT,     "Read and export the tenant's audit log"),
  'tenant:set-sides':       member(ADMINS,           WHILE_ACTIVE,   'Switch the provider side and the buyer side on and off'),
  'dataset:count':          orKey(member(ROLES,      WHILE_KEPT,     'Read how many datasets there are, and how many are on the marketplace')),
  'dataset:read':           orKey(member(SELLERS_AND_VIEWER, WHILE_KEPT, 'Read the datasets, their objects and their listings, with prices')),
  'dataset:write':          orKey(member(SELLERS,    WHILE_ACTIVE,   'Make and change datasets and their objects')),
  'dataset:delete':         orKey(member(SELLERS,    WHILE_ACTIVE,   'Delete datasets and their objects')),
  'listing:write':          orKey(member(SELLERS,    WHILE_ACTIVE,   'Draft and change listings, their prices too')),
  'listing:publish':        orKey(member(SELLERS,    WHILE_ACTIVE,   'Publish listings and withdraw them')),
  'earning:read':           orKey(member(SELLERS_AND_VIEWER, WHILE_KEPT, 'Read what was earned')),
  'analytics:read':         orKey(member(SELLERS_AND_VIEWER, WHILE_KEPT, 'Read the totals of what was sold')),
  'analytics:read-series':  withFeature('advanced_analytics', orKey(member(SELLERS_AND_VIEWER, WHILE_KEPT, 'Read what was sold by day and by dataset'))),
  'marketplace:read':       orKey(member(ALL_BUT_OPERATOR, WHILE_KEPT, 'Search the marketplace and read what is listed there')),
  'entitlement:read':       orKey(member(BUYERS_AND_VIEWER, WHILE_KEPT, 'Read the entitlements, and what they lead to')),
  'entitlement:acquire':    orKey(member(BUYERS,     WHILE_ACTIVE,   'Acquire entitlements')),
  'entitlement:end':        orKey(member(BUYERS,     WHILE_ACTIVE,   'End entitlements')),
  'object:retrieve':        orKey(member(BUYERS,     WHILE_ACTIVE,   'Retrieve objects of entitled datasets, which costs their price')),
  'usage:count':            orKey(member(ROLES,      WHILE_KEPT,     'Read how many retrievals there were')),
  'usage:read':             orKey(member(BUYERS_AND_VIEWER, WHILE_KEPT, 'Read the retrievals, by day and by key')),
  'charge:read':            orKey(member(BUYERS_AND_VIEWER, WHILE_KEPT, 'Read what was charged')),
  'api-key:read':           member(BUYERS_AND_VIEWER, WHILE_KEPT,    'Read the API keys, never their secrets'),
  'api-key:create':         member(BUYERS,           WHILE_ACTIVE,   'Make API keys'),
  'api-key:update':         member(BUYERS,           WHILE_ACTIVE,   'Narrow, rotate and revoke the API keys that one holds'),
  'api-key:update-any':     member(ADMINS,           WHILE_ACTIVE,   "Narrow, rotate, revoke and hand over anybody's API keys"),
  'staff:read-tenant':      staff(                   ALWAYS,         "Read any tenant's control data and audit log, and what a deletion left"),
  'staff:suspend':          staff(                   WHILE_ACTIVE,   'Suspend a tenant, with a reason'),
  'staff:resume':           staff(                   WHILE_SUSPENDED, 'Resume a suspended tenant'),
  'staff:rename':           staff(                   WHILE_KEPT,     "Change a tenant's display name, also where its members can't"),
  'staff:arrange-plan':     staff(                   WHILE_ACTIVE,   'Put a tenant on Enterprise, with limits of its own'),
} as const satisfies Readonly<Record<string, Rule>>;

export type Permission = keyof typeof POLICY;

/** Every permission, in the table's order. */
export const PERMISSIONS = Object.keys(POLICY) as readonly Permission[];

/** The rule of a permission. */
export const ruleOf = (permission: Permission): Rule => POLICY[permission];

/**
 * The plans that have the feature which a rule needs (SPEC P5), or null where it needs none: what
 * refusals, the schema and the docs tell.
 */
export const plansFor = ({ feature }: Rule): readonly PlanCode[] | null => feature && TIERS_WITH[feature];

/** Whether a text names a permission. */
export const isPermission = (text: string): text is Permission => Object.hasOwn(POLICY, text);
