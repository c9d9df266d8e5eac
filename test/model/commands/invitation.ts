import { type Input, invitationId, type Operation, pick, rolesIn, someRoles } from '../operation.ts';
import { applyDue, type Scene, worksIn } from '../rules.ts';
import { capOf, comparable, DAY, duePlan, type Invitation, isThere, PEOPLE, personOf, type Tenant, type World } from '../state.ts';

const GOOD_FOR = 7 * DAY;
const ADDRESSES = [...PEOPLE.map(({ email }) => email), ...PEOPLE.map(({ email }) => email.toUpperCase()), 'no address'];

/** A code that no message has: of the right form, or of none. */
const UNKNOWN = `ipto_invite_${Buffer.alloc(64).toString('base64url')}`;
const GARBAGE = 'ipto_invite_nonsense';

function inviteMember(scene: Scene): string | null {
  const { world, tenant, input, record } = scene;
  const email = comparable(String(input.email));
  const roles = rolesIn(input);
  if (email === 'no address' || !roles.length) return 'BAD_USER_INPUT';
  if (roles.includes('owner')) return 'ROLE_NOT_GRANTABLE';
  if (tenant.members.some(({ person }) => comparable(personOf(person)!.email) === email)) return 'ALREADY_MEMBER';
  const others = tenant.invitations.filter(invitation => invitation.email !== email);
  const used = tenant.members.length + others.filter(({ until }) => until > world.now).length;
  const plan = duePlan(tenant, world.now);
  const cap = capOf(plan, plan === tenant.plan ? tenant.contract : undefined);
  if (cap !== null && used >= cap) return 'LIMIT_REACHED';
  applyDue(scene);
  record(others.length < tenant.invitations.length ? 'invitation.replace' : undefined);
  const invitation: Invitation = { id: '', tenant, email, roles, inviter: scene.me, until: world.now + GOOD_FOR, code: null };
  tenant.invitations = [...others, invitation];
  world.invitations.push(invitation);
  return null;
}

/**
 * The invitation that a code opens, for its person, in a status in which it may be answered; or why
 * not.
 */
function held(name: 'acceptInvitation' | 'declineInvitation', { world, tenant, caller, input, refuse }: Scene): Invitation | string {
  const found = tenant.invitations.find(({ code, until }) => code === input.code && until > world.now);
  const person = personOf(caller)!;
  if (!found) return 'INVITATION_INVALID';
  if (!worksIn(name, tenant)) return refuse('TENANT_STATUS');
  if (!person.verified) return refuse('EMAIL_UNVERIFIED');
  if (comparable(person.email) !== found.email) return refuse('INVITATION_FOR_ANOTHER');
  return found;
}

const close = ({ tenant }: Scene, answered: Invitation) => {
  tenant.invitations = tenant.invitations.filter(invitation => invitation !== answered);
};

function acceptInvitation(scene: Scene): string | null {
  const { world, tenant, caller, record, refuse } = scene;
  const invitation = held('acceptInvitation', scene);
  if (typeof invitation === 'string') return invitation;
  applyDue(scene);
  const cap = capOf(tenant.plan, tenant.contract);
  if (cap !== null && tenant.members.length >= cap) return refuse('LIMIT_REACHED');
  const member = { id: '', tenant, person: caller, roles: invitation.roles };
  tenant.members.push(member);
  world.members.push(member);
  close(scene, invitation);
  record();
  return null;
}

const wasSent = ({ code }: Invitation) => code !== null;

/**
 * Mostly the code that the caller has, sometimes another's, and one that is worth nothing any more.
 */
const someCode: Operation['input'] = ({ world, tenant, caller, dice: [a, b] }) => {
  const sent = tenant.invitations.filter(wasSent);
  const mine = sent.filter(({ email }) => email === comparable(personOf(caller)?.email ?? ''));
  const pools = [mine, mine, mine, mine, sent, world.invitations.filter(wasSent)].slice(a! % 6);
  const pool = pools.find(({ length }) => length > 0);
  return { code: pool && a! % 31 ? pick(pool, b!).code : [UNKNOWN, GARBAGE][b! % 2] };
};

const hasSent = ({ invitations }: Tenant) => invitations.some(wasSent);

function leadsTo({ invitations }: World, { code }: Input) {
  if (code === GARBAGE) return undefined;
  const tenant = invitations.find(invitation => invitation.code === code)?.tenant;
  return tenant && isThere(tenant) ? tenant : null;
}

export const INVITATION: readonly Operation[] = [
  {
    name: 'inviteMember',
    selection: 'invitation { id }',
    input: ({ dice: [a, b] }) => ({ email: pick(ADDRESSES, a!), roles: someRoles(b!) }),
    run: inviteMember,
  },
  {
    name: 'revokeInvitation',
    suits: ({ invitations }) => invitations.length > 0,
    selection: 'revokedInvitationId',
    input: ({ world, tenant, dice: [a, b] }) => {
      const pool = a! % 5 && tenant.invitations.length ? tenant.invitations : world.invitations;
      const nowhere = { id: '00000000-0000-4000-8000-000000000000', tenant } as Invitation;
      return { invitationId: invitationId(pool.length ? pick(pool, b!) : nowhere) };
    },
    run: scene => {
      const found = scene.tenant.invitations.find(invitation => invitationId(invitation) === scene.input.invitationId);
      if (!found) return 'NOT_FOUND';
      close(scene, found);
      scene.record();
      return null;
    },
  },
  { name: 'acceptInvitation', suits: hasSent, selection: 'membership { tenantId }', input: someCode, leadsTo, run: acceptInvitation },
  {
    name: 'declineInvitation',
    suits: hasSent,
    selection: 'declinedInvitationId',
    input: someCode,
    leadsTo,
    run: scene => {
      const invitation = held('declineInvitation', scene);
      if (typeof invitation === 'string') return invitation;
      close(scene, invitation);
      scene.record();
      return null;
    },
  },
];
