import { memberNamed, type Operation, pick, rolesIn, someMember, someRoles } from '../operation.ts';
import { type Scene, voidTransfer } from '../rules.ts';
import { isOwner, type Member, memberOf, type Tenant } from '../state.ts';

/** The member that the caller may change or remove, or the refusal. */
function otherMember({ tenant, me, input }: Scene): Member | string {
  const member = memberNamed(tenant, input.membershipId);
  if (!member) return 'NOT_FOUND';
  if (member === me) return 'OWN_MEMBERSHIP';
  return isOwner(member) ? 'OWNER_PROTECTED' : member;
}

const touching = (member: Member) => (transfer: { recipient: Member }) => transfer.recipient === member || isOwner(member);

/** The invitations of a member who can grant nothing any more end. */
function endInvitations({ tenant, record }: Scene, inviter: Member, roles: Member['roles']): void {
  if (roles.includes('owner') || roles.includes('admin')) return;
  const ended = tenant.invitations.filter(invitation => invitation.inviter === inviter);
  tenant.invitations = tenant.invitations.filter(invitation => invitation.inviter !== inviter);
  for (const _ of ended) record('invitation.end');
}

function end(scene: Scene, member: Member): null {
  voidTransfer(scene, touching(member));
  scene.tenant.members = scene.tenant.members.filter(other => other !== member);
  endInvitations(scene, member, []);
  scene.record();
  return null;
}

function change(scene: Scene, member: Member, roles: Member['roles']): null {
  voidTransfer(scene, touching(member));
  member.roles = roles;
  endInvitations(scene, member, roles);
  scene.record();
  return null;
}

const withOthers = ({ members }: Tenant) => members.length > 1;

export const MEMBER: readonly Operation[] = [
  {
    name: 'setMemberRoles',
    suits: withOthers,
    selection: 'membership { id }',
    input: choice => ({ membershipId: someMember(choice, choice.dice[0]!), roles: someRoles(choice.dice[1]!) }),
    run: scene => {
      const roles = rolesIn(scene.input);
      if (!roles.length) return 'BAD_USER_INPUT';
      const member = otherMember(scene);
      if (typeof member === 'string') return member;
      // as they were
      if (roles.length === member.roles.length && roles.every(role => member.roles.includes(role))) return null;
      return roles.includes('owner') ? 'ROLE_NOT_GRANTABLE' : change(scene, member, roles);
    },
  },
  {
    name: 'removeMember',
    suits: withOthers,
    selection: 'removedMembershipId',
    input: choice => ({ membershipId: someMember(choice, choice.dice[0]!) }),
    run: scene => {
      const member = otherMember(scene);
      return typeof member === 'string' ? member : end(scene, member);
    },
  },
  {
    name: 'leaveTenant',
    suits: withOthers,
    selection: 'leftTenantId',
    run: scene => (isOwner(scene.me) ? 'OWNER_PROTECTED' : end(scene, scene.me)),
  },
  {
    name: 'dropRoles',
    suits: ({ members }) => members.some(({ roles }) => roles.length > 1),
    selection: 'roles',
    input: ({ tenant, caller, dice: [a, b] }) => {
      const own = memberOf(tenant, caller)?.roles;
      return { roles: own && a! % 3 ? [pick(own, b!).toUpperCase()] : someRoles(b!) };
    },
    run: scene => {
      const [roles, own] = [rolesIn(scene.input), scene.me.roles];
      if (!roles.length) return 'BAD_USER_INPUT';
      if (!roles.every(role => own.includes(role))) return 'NOT_FOUND';
      if (roles.includes('owner')) return 'OWNER_PROTECTED';
      const left = own.filter(role => !roles.includes(role));
      return left.length ? change(scene, scene.me, left) : 'BAD_USER_INPUT';
    },
  },
];
