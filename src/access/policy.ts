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

/** What a permission needs. Anything that isn't listed is refused (SPEC S2: deny by default). */
export type Rule = {
  /** The kinds of principal that can hold it. An API key also needs it among its scopes. */
  readonly principals: readonly PrincipalKind[];
  /**
   * `tenant`: held only in a tenant context. `none`: needs no tenant (SPEC T2), hence no role,
   * status or feature. `named`: applies to a tenant that the input names, member or not; its status
   * is checked once that tenant has been read.
   */
  readonly context: 'tenant' | 'none' | 'named';
  /** The roles that carry it; a member needs one of them. */
  readonly roles: readonly Role[];
  /** The statuses of the tenant in which it works. */
  readonly statuses: readonly TenantStatus[];
  /** The plan feature that it needs, if any (SPEC P5). */
  readonly feature: PlanFeature | null;
  /** What it allows, in one line for the docs. */
  readonly meaning: string;
};

const OWNER = ['owner'] as const;
const ADMINS_AND_OPERATOR = ['owner', 'admin', 'operator'] as const;
const ADMINS = ['owner', 'admin'] as const;
const ALL_BUT_OPERATOR = ['owner', 'admin', 'seller_manager', 'buyer_manager', 'viewer'] as const;
const SELLERS = ['owner', 'admin', 'seller_manager'] as const;
const SELLERS_AND_VIEWER = ['owner', 'admin', 'seller_manager', 'viewer'] as const;
const BUYERS = ['owner', 'admin', 'buyer_manager'] as const;
const BUYERS_AND_VIEWER = ['owner', 'admin', 'buyer_manager', 'viewer'] as const;

const WHILE_ACTIVE = ['active'] as const;
const WHILE_SUSPENDED = ['suspended'] as const;
/** Also during a suspension: to resolve it, to leave, to delete the tenant (SPEC S2). */
const WHILE_RUNNING = ['active', 'suspended'] as const;
const WHILE_LEAVING = ['pending_deletion'] as const;
/** While the tenant's data exists: members can sign in and read (SPEC S2, S3). */
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

/** For a person with an invitation. */
const invitee = (statuses: readonly TenantStatus[], meaning: string): Rule => ({ ...person(meaning), context: 'named', statuses });

/** For platform staff, in any tenant. */
const staff = (statuses: readonly TenantStatus[], meaning: string): Rule => ({
  principals: ['staff'],
  context: 'named',
  roles: [],
  statuses,
  feature: null,
  meaning,
});

/** The same rule, only on plans that have a feature (SPEC P5). */
const withFeature = (feature: PlanFeature, rule: Rule): Rule => ({ ...rule, feature });

/** The same rule, also for API keys with the permission among their scopes (SPEC K1). */
const orKey = (rule: Rule): Rule => ({ ...rule, principals: [...rule.principals, 'api_key'] });

/**
 * The permission table. Fields and mutations name a permission, never a role (SPEC G1).
 * `docs/access-matrix.md` is printed from it; `test/access/expectation.ts` repeats it by hand.
 */
// biome-ignore format: aligned columns
export const POLICY = {
  'tenant:create':          person(                                  'Create a tenant and become its owner'),
  'tenant:read':            orKey(member(ROLES, WHILE_KEPT,          "Read the tenant's name, slug, status and sides")),
  'tenant:rename':          member(ADMINS,           WHILE_ACTIVE,   "Change the tenant's display name"),
  'billing-contact:read':   member(ADMINS,           WHILE_KEPT,     'Read the e-mail address for bills'),
  'billing-contact:update': member(ADMINS,           WHILE_RUNNING,  'Change the e-mail address for bills'),
  'plan:read':              member(ROLES,            WHILE_KEPT,     "Read the tenant's plan, its limits and their use"),
  'plan:change':            member(ADMINS,           WHILE_ACTIVE,   'Upgrade, schedule a downgrade, cancel a downgrade'),
  'member:count':           member(ROLES,            WHILE_KEPT,     'Read how many members the tenant has'),
  'member:list':            member(ALL_BUT_OPERATOR, WHILE_KEPT,     "Read the members' names and roles"),
  'member:read-email':      member(ADMINS,           WHILE_KEPT,     "Read the members' e-mail addresses"),
  'member:set-roles':       member(ADMINS,           WHILE_ACTIVE,   "Change another member's roles"),
  'member:remove':          member(ADMINS,           WHILE_ACTIVE,   'Remove another member'),
  'member:drop-roles':      member(ROLES,            WHILE_ACTIVE,   'Give up your own roles'),
  'member:leave':           member(ROLES,            WHILE_RUNNING,  'Leave the tenant'),
  'invitation:list':        member(ADMINS,           WHILE_KEPT,     'Read the open invitations, with their addresses'),
  'invitation:create':      member(ADMINS,           WHILE_ACTIVE,   'Invite somebody by e-mail'),
  'invitation:revoke':      member(ADMINS,           WHILE_ACTIVE,   'Revoke an invitation'),
  'invitation:accept':      invitee(                 WHILE_ACTIVE,   'Accept an invitation to your verified e-mail address'),
  'invitation:decline':     invitee(                 WHILE_KEPT,     'Decline an invitation to your verified e-mail address'),
  'person:export':          person(                                  'Export what is stored about yourself'),
  'viewer:follow':          person(                                  'Follow changes of your own memberships'),
  'person:erase':           person(                                  'Erase yourself'),
  'ownership:transfer':     member(OWNER,            WHILE_ACTIVE,   'Transfer ownership to another member: request, confirm, cancel'),
  'deletion:request':       member(OWNER,            WHILE_RUNNING,  "Request the tenant's deletion"),
  'deletion:cancel':        member(OWNER,            WHILE_LEAVING,  "Cancel the tenant's deletion"),
  'audit:read':             member(ADMINS,           WHILE_KEPT,     "Read and export the tenant's audit log"),
  'tenant:set-sides':       member(ADMINS,           WHILE_ACTIVE,   'Switch the provider side and the buyer side on and off'),
  'dataset:count':          orKey(member(ROLES,      WHILE_KEPT,     'Read how many datasets there are, and how many are on the marketplace')),
  'dataset:read':           orKey(member(SELLERS_AND_VIEWER, WHILE_KEPT, 'Read the datasets, their objects and their listings, with prices')),
  'dataset:write':          orKey(member(SELLERS,    WHILE_ACTIVE,   'Create and change datasets and their objects')),
  'dataset:delete':         orKey(member(SELLERS,    WHILE_ACTIVE,   'Delete datasets and their objects')),
  'listing:write':          orKey(member(SELLERS,    WHILE_ACTIVE,   'Draft and change listings, including their prices')),
  'listing:publish':        orKey(member(SELLERS,    WHILE_ACTIVE,   'Publish and withdraw listings')),
  'earning:read':           orKey(member(SELLERS_AND_VIEWER, WHILE_KEPT, 'Read the earnings')),
  'analytics:read':         orKey(member(SELLERS_AND_VIEWER, WHILE_KEPT, 'Read the totals of sales')),
  'analytics:read-series':  withFeature('advanced_analytics', orKey(member(SELLERS_AND_VIEWER, WHILE_KEPT, 'Read sales by day and by dataset'))),
  'marketplace:read':       orKey(member(ALL_BUT_OPERATOR, WHILE_KEPT, 'Search the marketplace and read its listings')),
  'entitlement:read':       orKey(member(BUYERS_AND_VIEWER, WHILE_KEPT, 'Read the entitlements and what they give access to')),
  'entitlement:acquire':    orKey(member(BUYERS,     WHILE_ACTIVE,   'Acquire entitlements')),
  'entitlement:end':        orKey(member(BUYERS,     WHILE_ACTIVE,   'End entitlements')),
  'object:retrieve':        orKey(member(BUYERS,     WHILE_ACTIVE,   'Retrieve objects of entitled datasets, at their price')),
  'usage:count':            orKey(member(ROLES,      WHILE_KEPT,     'Read how many retrievals there were')),
  'usage:read':             orKey(member(BUYERS_AND_VIEWER, WHILE_KEPT, 'Read the retrievals by day and by key')),
  'charge:read':            orKey(member(BUYERS_AND_VIEWER, WHILE_KEPT, 'Read the charges')),
  'api-key:read':           member(BUYERS_AND_VIEWER, WHILE_KEPT,    'Read the API keys, without their secrets'),
  'api-key:create':         member(BUYERS,           WHILE_ACTIVE,   'Create API keys'),
  'api-key:update':         member(BUYERS,           WHILE_ACTIVE,   'Narrow, rotate and revoke your own API keys'),
  'api-key:update-any':     member(ADMINS,           WHILE_ACTIVE,   "Narrow, rotate, revoke and hand over any member's API keys"),
  'event:read':             orKey(member(ROLES,      WHILE_KEPT,     'Follow what happens in the tenant; each event also needs a permission of its own')),
  'document:read':          orKey(member(ALL_BUT_OPERATOR, WHILE_KEPT, 'Read the trusted documents, and who can run each')),
  'document:register':      orKey(member(ADMINS,     WHILE_ACTIVE,   'Register and retire trusted documents')),
  'webhook:read':           member(ADMINS_AND_OPERATOR, WHILE_KEPT, 'Read the webhooks and their deliveries, without the secrets'),
  'webhook:write':          member(ADMINS,           WHILE_ACTIVE,   'Create, change, test and delete webhooks, and send events again'),
  'staff:read-tenant':      staff(                   ALWAYS,         "Read any tenant's control data and audit log, and the record of a deletion"),
  'staff:suspend':          staff(                   WHILE_ACTIVE,   'Suspend a tenant, with a reason'),
  'staff:resume':           staff(                   WHILE_SUSPENDED, 'Resume a suspended tenant'),
  'staff:rename':           staff(                   WHILE_KEPT,     "Change a tenant's display name, also when its members can't"),
  'staff:replace-owner':    staff(                   WHILE_KEPT,     'Make another member the owner, when the owner can never sign in again'),
  'staff:arrange-plan':     staff(                   WHILE_ACTIVE,   'Put a tenant on Enterprise, with its own limits'),
} as const satisfies Readonly<Record<string, Rule>>;

export type Permission = keyof typeof POLICY;

/** All permissions, in the table's order. */
export const PERMISSIONS = Object.keys(POLICY) as readonly Permission[];

/** The rule of a permission. */
export const ruleOf = (permission: Permission): Rule => POLICY[permission];

/** The plans with the feature that a rule needs (SPEC P5); null for a rule that needs none. */
export const plansFor = ({ feature }: Rule): readonly PlanCode[] | null => feature && TIERS_WITH[feature];

/** Whether a text is the name of a permission. */
export const isPermission = (text: string): text is Permission => Object.hasOwn(POLICY, text);
