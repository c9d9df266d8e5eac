import { duePlan, isThere, type Member, memberOf, type Role, type Status, type Tenant, type Transfer, type World } from './state.ts';

const OWNER = ['owner'] as const;
const ADMINS = ['owner', 'admin'] as const;
const ALL = ['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'] as const;

/**
 * Who may do what, in which status, by hand from the specification. `person`: every signed-in
 * person; `member`: in the tenant that the request acts in; `staff`: platform staff. The last
 * column is what the audit log calls it.
 */
// biome-ignore format: a table is read by its columns
export const MAY = {
  createTenant:             ['person', [],     [],                                            'tenant.create'],
  renameTenant:             ['member', ADMINS, ['active'],                                    'tenant.rename'],
  setBillingEmail:          ['member', ADMINS, ['active', 'suspended'],                       'tenant.set_billing_email'],
  inviteMember:             ['member', ADMINS, ['active'],                                    'invitation.create'],
  revokeInvitation:         ['member', ADMINS, ['active'],                                    'invitation.revoke'],
  acceptInvitation:         ['person', [],     ['active'],                                    'invitation.accept'],
  declineInvitation:        ['person', [],     ['active', 'suspended', 'pending_deletion'],   'invitation.decline'],
  setMemberRoles:           ['member', ADMINS, ['active'],                                    'member.set_roles'],
  removeMember:             ['member', ADMINS, ['active'],                                    'member.remove'],
  leaveTenant:              ['member', ALL,    ['active', 'suspended'],                       'member.leave'],
  dropRoles:                ['member', ALL,    ['active'],                                    'member.drop_roles'],
  requestOwnershipTransfer: ['member', OWNER,  ['active'],                                    'ownership.request'],
  confirmOwnershipTransfer: ['member', OWNER,  ['active'],                                    'ownership.confirm'],
  cancelOwnershipTransfer:  ['member', OWNER,  ['active'],                                    'ownership.cancel'],
  requestTenantDeletion:    ['member', OWNER,  ['active', 'suspended'],                       'deletion.request'],
  cancelTenantDeletion:     ['member', OWNER,  ['pending_deletion'],                          'deletion.cancel'],
  changePlan:               ['member', ADMINS, ['active'],                                    'plan.change'],
  cancelPlanChange:         ['member', ADMINS, ['active'],                                    'plan.cancel_downgrade'],
  staffSuspendTenant:       ['staff',  [],     ['active'],                                    'tenant.suspend'],
  staffResumeTenant:        ['staff',  [],     ['suspended'],                                 'tenant.resume'],
  staffRenameTenant:        ['staff',  [],     ['active', 'suspended', 'pending_deletion'],   'tenant.staff_rename'],
  staffArrangeEnterprise:   ['staff',  [],     ['active'],                                    'plan.arrange_enterprise'],
} as const satisfies Record<string, readonly ['person' | 'member' | 'staff', readonly Role[], readonly Status[], string]>;

export type Name = keyof typeof MAY;

/**
 * The tenant that a request acts in; null for none; undefined when the whole request is refused,
 * for the caller isn't in it.
 */
export function contextOf({ tenants }: World, caller: string, header: string | null): Tenant | null | undefined {
  if (caller === 'nobody') return null;
  if (caller === 'staff') return header === null ? null : undefined;
  const own = tenants.filter(tenant => isThere(tenant) && memberOf(tenant, caller));
  if (header === null) return own.length === 1 ? own[0]! : null;
  return own.find(({ id, slug }) => header === id || header === slug);
}

/** Why the caller may not, before anything of the input is looked at. */
export function refusalOf(name: Name, caller: string, context: Tenant | null): string | null {
  const [by, roles] = MAY[name];
  if (caller === 'nobody') return 'UNAUTHENTICATED';
  if ((by === 'staff') !== (caller === 'staff')) return 'FORBIDDEN';
  if (by !== 'member') return null;
  if (!context) return 'TENANT_REQUIRED';
  if (!memberOf(context, caller)!.roles.some(role => (roles as readonly Role[]).includes(role))) return 'FORBIDDEN';
  return worksIn(name, context) ? null : 'TENANT_STATUS';
}

export const worksIn = (name: Name, { status }: Tenant): boolean => (MAY[name][2] as readonly Status[]).includes(status);

/**
 * What an operation is given. It changes the model, records what the log must say, and answers a
 * refusal's code, or null when it is done.
 */
export type Scene = {
  readonly world: World;
  readonly caller: string;
  /** The caller's own membership; only a member's operation looks at it. */
  readonly me: Member;
  /** Where it acts. */
  readonly tenant: Tenant;
  readonly input: Readonly<Record<string, unknown>>;
  /** Whose key, and which; null without one. */
  readonly key: string | null;
  /** Leaves an event in the tenant's log. */
  record(action?: string, actor?: string): void;
  /** Refuses, and leaves an event of it at once. */
  refuse(code: string): string;
};

/**
 * Voids the transfer under way, if it touches the member (or anyone), and tells the
 * log.
 */
export function voidTransfer({ tenant, world: { now }, record }: Scene, touches: (transfer: Transfer) => boolean = () => true): void {
  const { transfer } = tenant;
  if (!transfer || !touches(transfer)) return;
  tenant.transfer = null;
  if (transfer.until <= now) record('ownership.expire', 'system');
  else record('ownership.void');
}

/** A downgrade whose day has come takes effect, and began when it was due. */
export function applyDue({ tenant, world: { now }, record }: Pick<Scene, 'tenant' | 'world' | 'record'>): void {
  if (!tenant.next || tenant.next.due > now) return;
  tenant.plan = duePlan(tenant, now);
  tenant.since = tenant.next.due;
  tenant.next = null;
  tenant.contract = undefined;
  record('plan.downgrade', 'system');
}
