import { type Operation, pick } from '../operation.ts';
import { type Scene, voidTransfer } from '../rules.ts';
import { comparable, DAY, isOwner, isThere, personOf, type Status, type Tenant, type World } from '../state.ts';

const NAMES = ['Acme', 'Bison & Co', ' Cedar ', 'Dunlin', '   '];
const SLUGS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'Not A Slug'];
const ADDRESSES = ['bills@acme.example', 'pay@bison.example', 'no address'];
const FREE_TENANTS = 3;
const GRACE = 30 * DAY;

export const someName = (die: number): string => pick(NAMES, die);

/** A display name as it is kept, or null for none. */
export const nameOf = (text: unknown): string | null => String(text).trim() || null;

function createTenant({ world, caller, input, key }: Scene): string | null {
  const person = personOf(caller)!;
  const name = nameOf(input.name);
  if (!person.verified) return 'EMAIL_UNVERIFIED';
  if (!name || input.slug === 'Not A Slug') return 'BAD_USER_INPUT';
  const before = key === null ? undefined : world.founded.get(key);
  const kept = before && isThere(before) ? before.keys.get(key!) : undefined;
  if (kept && kept.until > world.now) return kept.print === JSON.stringify(['createTenant', input]) ? null : 'IDEMPOTENCY_KEY_REUSED';
  const there = world.tenants.filter(isThere);
  const owned = there.filter(({ plan, members }) => plan === 'FREE' && members.some(member => member.person === caller && isOwner(member)));
  if (owned.length >= FREE_TENANTS) return 'LIMIT_REACHED';
  if (before) return 'IDEMPOTENCY_KEY_REUSED';
  if (there.some(({ slug }) => slug === input.slug)) return 'CONFLICT';
  const tenant = found(world, String(input.slug), name, comparable(person.email));
  const owner = { id: '', tenant, person: caller, roles: ['owner'] as const };
  tenant.members.push(owner);
  world.members.push(owner);
  if (key !== null) {
    world.founded.set(key, tenant);
    tenant.keys.set(key, { print: JSON.stringify(['createTenant', input]), until: world.now + DAY });
  }
  tenant.log.push('tenant.create user');
  return null;
}

function found(world: World, slug: string, name: string, billing: string): Tenant {
  const tenant: Tenant = {
    ...{ id: '', label: `t${world.tenants.length + 1}`, slug, name, billing },
    ...{ status: 'active', reason: null, before: null, deletionDue: null },
    ...{ plan: 'FREE', since: world.now, next: null, contract: undefined },
    ...{ members: [], invitations: [], transfer: null, keys: new Map(), refusals: new Map(), log: [] },
  };
  world.tenants.push(tenant);
  return tenant;
}

/** Moves a tenant to another status, which voids a transfer. */
export function move(scene: Scene, status: Status, reason: string | null): void {
  voidTransfer(scene);
  const { tenant } = scene;
  tenant.before = status === 'pending_deletion' ? { status: tenant.status, reason: tenant.reason } : null;
  tenant.deletionDue = status === 'pending_deletion' ? scene.world.now + GRACE : null;
  Object.assign(tenant, { status, reason });
  scene.record();
}

/** Changes the display name. */
export function rename({ tenant, input, record }: Scene): null {
  if (tenant.name === nameOf(input.name)) return null;
  tenant.name = nameOf(input.name)!;
  record();
  return null;
}

export const TENANT: readonly Operation[] = [
  {
    name: 'createTenant',
    selection: 'membership { tenantId }',
    input: ({ dice: [a, b] }) => ({ name: pick(NAMES.slice(0, a! % 9 ? 4 : 5), a!), slug: pick(SLUGS, b!) }),
    run: createTenant,
    learn: ({ world }, { membership }) => {
      const { tenantId } = membership as { tenantId: string };
      const fresh = world.tenants.find(({ id }) => id === '');
      if (fresh) fresh.id = tenantId;
    },
  },
  {
    name: 'renameTenant',
    selection: 'tenant { tenantId }',
    input: ({ dice: [a] }) => ({ name: someName(a!) }),
    run: scene => (nameOf(scene.input.name) ? rename(scene) : 'BAD_USER_INPUT'),
  },
  {
    name: 'setBillingEmail',
    selection: 'tenant { tenantId }',
    input: ({ dice: [a] }) => ({ email: pick(ADDRESSES, a!) }),
    run: ({ tenant, input, record }) => {
      if (input.email === 'no address') return 'BAD_USER_INPUT';
      if (tenant.billing === input.email) return null;
      tenant.billing = String(input.email);
      record();
      return null;
    },
  },
  {
    name: 'requestTenantDeletion',
    selection: 'tenant { tenantId }',
    input: ({ tenant, dice: [a] }) => ({ confirmation: a! % 5 ? tenant.name : 'Something else' }),
    run: scene => {
      if (scene.input.confirmation !== scene.tenant.name) return 'CONFIRMATION_MISMATCH';
      move(scene, 'pending_deletion', 'The owner asked for deletion.');
      return null;
    },
  },
  {
    name: 'cancelTenantDeletion',
    selection: 'tenant { tenantId }',
    run: scene => {
      const { before, deletionDue } = scene.tenant;
      if (deletionDue! <= scene.world.now) return 'CONFLICT';
      move(scene, before!.status, before!.reason);
      return null;
    },
  },
];
