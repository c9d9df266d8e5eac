import { type DroppedRoles, dropRoles } from '../../domain/membership/drop-roles.ts';
import { leaveTenant } from '../../domain/membership/leave.ts';
import { removeMember } from '../../domain/membership/remove.ts';
import { setMemberRoles } from '../../domain/membership/set-roles.ts';
import { builder } from '../core/builder.ts';
import { encodeGlobalId, rowId, rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { RoleName } from '../role/role-name.ts';
import { ViewerMembership } from '../viewer/viewer-membership.ts';
import { Membership } from './membership.ts';

type ChangedMembership = { readonly tenantId: string; readonly membershipId: string };

/** A payload with the changed membership. */
const membershipPayload = <Result extends ChangedMembership>(name: string) =>
  builder.objectRef<Result>(name).implement({
    tenantOf: ({ tenantId }: Result) => tenantId,
    fields: t => ({
      membership: t.prismaField({
        type: Membership,
        policy: 'member:list',
        nullable: true,
        resolve: (query, { tenantId, membershipId: id }, _args, { work }) =>
          work.db.membership.findUnique({ ...query, where: { tenantId_id: { tenantId, id } } }),
      }),
    }),
  });

mutation('setMemberRoles', {
  policy: 'member:set-roles',
  action: 'member.set_roles',
  description: "Replaces the roles of another member. You can change neither the owner's roles nor your own.",
  input: t => ({
    membershipId: t.globalID({ required: true, description: 'The global id of a `Membership`.' }),
    roles: t.field({
      type: [RoleName],
      required: true,
      description: 'At least one role. Never `OWNER`, and no new role with a permission that you lack.',
    }),
  }),
  payload: membershipPayload('SetMemberRolesPayload'),
  run: (command, { membershipId, roles }) => setMemberRoles(command, { membership: rowRef('Membership', membershipId), roles }),
});

const rowIdOf = ({ tenantId, membershipId: id }: ChangedMembership): string => rowId({ tenantId, id });

const RemoveMemberPayload = builder.objectRef<ChangedMembership>('RemoveMemberPayload').implement({
  fields: t => ({
    removedMembershipId: t.id({
      policy: 'public',
      description: 'The global id of the `Membership`.',
      resolve: changed => encodeGlobalId('Membership', rowIdOf(changed)),
    }),
  }),
});

mutation('removeMember', {
  policy: 'member:remove',
  action: 'member.remove',
  description: 'Removes another member from the tenant. Their memberships in other tenants stay. The owner cannot be removed.',
  input: t => ({ membershipId: t.globalID({ required: true, description: 'The global id of a `Membership`.' }) }),
  payload: RemoveMemberPayload,
  run: (command, { membershipId }) => removeMember(command, { membership: rowRef('Membership', membershipId) }),
});

const DropRolesPayload = membershipPayload<DroppedRoles>('DropRolesPayload');

builder.objectFields(DropRolesPayload, t => ({
  roles: t.field({ type: [RoleName], policy: 'public', description: 'Your remaining roles.', resolve: ({ roles }) => [...roles] }),
  viewerMembership: t.field({
    type: ViewerMembership,
    policy: 'public',
    description: 'Your membership, as `viewer { membership }` shows it.',
    resolve: ({ roles }, _args, { membership }) => ({ ...membership!, roles }),
  }),
}));

mutation('dropRoles', {
  policy: 'member:drop-roles',
  action: 'member.drop_roles',
  description: 'Gives up some of your own roles. At least one must remain.',
  input: t => ({ roles: t.field({ type: [RoleName], required: true, description: 'The roles to give up.' }) }),
  payload: DropRolesPayload,
  run: (command, input) => dropRoles(command, input),
});

const LeaveTenantPayload = builder.objectRef<ChangedMembership>('LeaveTenantPayload').implement({
  fields: t => ({
    leftTenantId: t.exposeID('tenantId', { policy: 'public', description: 'The `tenantId` of the tenant.' }),
    removedMembershipId: t.id({
      policy: 'public',
      description: 'The global id of the `Membership`.',
      resolve: changed => encodeGlobalId('Membership', rowIdOf(changed)),
    }),
    removedViewerMembershipId: t.id({
      policy: 'public',
      description: 'The global id of the `ViewerMembership`.',
      resolve: changed => encodeGlobalId('ViewerMembership', rowIdOf(changed)),
    }),
  }),
});

mutation('leaveTenant', {
  policy: 'member:leave',
  action: 'member.leave',
  description: 'Ends your own membership. The owner must transfer the ownership first.',
  payload: LeaveTenantPayload,
  run: command => leaveTenant(command),
});
