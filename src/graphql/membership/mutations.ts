import type { Role } from '../../access/vocabulary.ts';
import { dropRoles } from '../../domain/membership/drop-roles.ts';
import { leaveTenant } from '../../domain/membership/leave.ts';
import { removeMember } from '../../domain/membership/remove.ts';
import { setMemberRoles } from '../../domain/membership/set-roles.ts';
import { builder } from '../core/builder.ts';
import { RoleName } from '../core/enums.ts';
import { encodeGlobalId, rowId, rowRef } from '../core/global-id.ts';
import { mutation } from '../core/mutation.ts';
import { Membership } from './membership.ts';

type Changed = { readonly tenantId: string; readonly membershipId: string };

const SetMemberRolesPayload = builder.objectRef<Changed>('SetMemberRolesPayload').implement({
  tenantOf: ({ tenantId }: Changed) => tenantId,
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
  description: "Gives another member exactly these roles. The owner's stay as they are, and so do your own.",
  input: t => ({
    membershipId: t.globalID({ required: true }),
    roles: t.field({ type: [RoleName], required: true, description: 'One at least, none new that carries what you lack, never `OWNER`.' }),
  }),
  payload: SetMemberRolesPayload,
  run: (command, { membershipId, roles }) => setMemberRoles(command, { membership: rowRef('Membership', membershipId), roles }),
});

const RemoveMemberPayload = builder.objectRef<Changed>('RemoveMemberPayload').implement({
  fields: t => ({
    removedMembershipId: t.id({
      policy: 'public',
      resolve: ({ tenantId, membershipId: id }) => encodeGlobalId('Membership', rowId({ tenantId, id })),
    }),
  }),
});

mutation('removeMember', {
  policy: 'member:remove',
  action: 'member.remove',
  description: 'Removes another member from the tenant. Their other tenants feel nothing. The owner stays.',
  input: t => ({ membershipId: t.globalID({ required: true }) }),
  payload: RemoveMemberPayload,
  run: (command, { membershipId }) => removeMember(command, { membership: rowRef('Membership', membershipId) }),
});

const DropRolesPayload = builder.objectRef<{ roles: Role[] }>('DropRolesPayload').implement({
  fields: t => ({
    roles: t.field({ type: [RoleName], policy: 'public', description: 'What you have left.', resolve: ({ roles }) => roles }),
  }),
});

mutation('dropRoles', {
  policy: 'member:drop-roles',
  action: 'member.drop_roles',
  description: 'Gives up roles of your own. One stays at least.',
  input: t => ({ roles: t.field({ type: [RoleName], required: true }) }),
  payload: DropRolesPayload,
  run: (command, input) => dropRoles(command, input),
});

const LeaveTenantPayload = builder.objectRef<{ tenantId: string }>('LeaveTenantPayload').implement({
  fields: t => ({ leftTenantId: t.exposeID('tenantId', { policy: 'public' }) }),
});

mutation('leaveTenant', {
  policy: 'member:leave',
  action: 'member.leave',
  description: 'Ends your own membership. The owner transfers the ownership first.',
  payload: LeaveTenantPayload,
  run: command => leaveTenant(command),
});
