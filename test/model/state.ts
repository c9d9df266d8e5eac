/**
 * A tenant control plane in memory, written by hand from the specification: what random sequences
 * of operations are held against. It knows rules and nothing of the gateway. A moment is
 * milliseconds since 1970.
 */
export type Role = 'owner' | 'admin' | 'seller_manager' | 'buyer_manager' | 'operator' | 'viewer';
export type Status = 'active' | 'suspended' | 'pending_deletion' | 'deleted';
export type Plan = 'FREE' | 'STARTER' | 'PROFESSIONAL' | 'ENTERPRISE';

export const ROLES: readonly Role[] = ['owner', 'admin', 'seller_manager', 'buyer_manager', 'operator', 'viewer'];

/** A person of the identity provider. A caller is a person, `staff`, or `nobody`. */
export type Person = { readonly name: string; readonly email: string; readonly verified: boolean };

/** Addresses in mixed case, and one person whose address isn't verified. */
export const PEOPLE: readonly Person[] = ['ann', 'Ben', 'cem', 'dora', 'eli', 'Fay', 'gus', 'hal'].map(name => ({
  name: name.toLowerCase(),
  email: `${name}@People.example`,
  verified: name !== 'hal',
}));

export const personOf = (name: string): Person | undefined => PEOPLE.find(person => person.name === name);

/** The id is what the database chose; everything else is the model's own. */
export type Member = { id: string; readonly tenant: Tenant; readonly person: string; roles: readonly Role[] };

export type Invitation = {
  id: string;
  readonly tenant: Tenant;
  readonly email: string;
  readonly roles: readonly Role[];
  readonly inviter: Member;
  readonly until: number;
  /** What was sent to the address; null until a job did. */
  code: string | null;
};

export type Transfer = { readonly recipient: Member; readonly until: number; code: string; tries: number };

export type Tenant = {
  id: string;
  readonly label: string;
  readonly slug: string;
  name: string;
  billing: string;
  status: Status;
  reason: string | null;
  /** What a cancelled deletion leads back to. */
  before: { readonly status: Status; readonly reason: string | null } | null;
  deletionDue: number | null;
  plan: Plan;
  since: number;
  next: { readonly plan: Plan; readonly due: number } | null;
  /** Members by contract: a number, or null for no cap; undefined without a contract. */
  contract: number | null | undefined;
  members: Member[];
  invitations: Invitation[];
  transfer: Transfer | null;
  /**
   * Idempotency keys: whose and which → what they came with, and until when they are remembered.
   */
  readonly keys: Map<string, { readonly print: string; readonly until: number }>;
  /** The refusals of one kind, since the first of them or their last count. */
  readonly refusals: Map<string, { count: number; since: number; readonly event: string }>;
  /** The audit log: `action actor`, or `action!CODE actor` for a refusal. */
  readonly log: string[];
};

export type World = {
  now: number;
  readonly tenants: Tenant[];
  /**
   * Every membership and invitation that ever was, for the ids and codes of those that are gone.
   */
  readonly members: Member[];
  readonly invitations: Invitation[];
  /** Every code of a transfer that was ever given out. */
  readonly transferCodes: string[];
  /** The tenants that were founded with a key. */
  readonly founded: Map<string, Tenant>;
};

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

export const newWorld = (now: number): World => ({
  now,
  tenants: [],
  members: [],
  invitations: [],
  transferCodes: [],
  founded: new Map(),
});

export const isThere = ({ status }: Tenant): boolean => status !== 'deleted';

export const memberOf = ({ members }: Tenant, person: string): Member | undefined => members.find(member => member.person === person);

export const isOwner = ({ roles }: Member): boolean => roles.includes('owner');

/** The text by which addresses are compared. */
export const comparable = (email: string): string => email.toLowerCase();

const RANK: readonly Plan[] = ['FREE', 'STARTER', 'PROFESSIONAL', 'ENTERPRISE'];
export const isHigher = (plan: Plan, than: Plan): boolean => RANK.indexOf(plan) > RANK.indexOf(than);

/** How many members there may be; null is no cap. */
export function capOf(plan: Plan, contract: number | null | undefined): number | null {
  if (plan === 'ENTERPRISE') return contract ?? null;
  return { FREE: 3, STARTER: 10, PROFESSIONAL: 100 }[plan];
}

/** The plan once a downgrade whose day has come is in effect. */
export const duePlan = ({ plan, next }: Tenant, now: number): Plan => (next && next.due <= now ? next.plan : plan);

/**
 * When the billing cycle ends: the first monthly return of its first day after now; in a shorter
 * month, that month's last day.
 */
export function cycleEnd(since: number, now: number): number {
  const first = new Date(since);
  const time = since - Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), first.getUTCDate());
  for (let month = first.getUTCMonth() + 1; ; month++) {
    const last = new Date(Date.UTC(first.getUTCFullYear(), month + 1, 0)).getUTCDate();
    const end = Date.UTC(first.getUTCFullYear(), month, Math.min(first.getUTCDate(), last)) + time;
    if (end > now) return end;
  }
}
