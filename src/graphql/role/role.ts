import { ROLE_MEANING } from '../../access/meaning.ts';
import { PERMISSIONS, type Permission as PermissionId, plansFor, ruleOf } from '../../access/policy.ts';
import { ROLES, type Role as RoleId } from '../../access/vocabulary.ts';
import { builder } from '../core/builder.ts';
import { PlanCode } from '../plan/enums.ts';
import { TenantStatus } from '../tenant/tenant-status.ts';
import { PrincipalName } from '../viewer/enums.ts';
import { PermissionName } from './permission-name.ts';
import { RoleName } from './role-name.ts';

const Permission = builder.objectRef<PermissionId>('Permission').implement({
  description: 'A permission, and who has it in which statuses of the tenant. The gateway enforces exactly this.',
  fields: t => ({
    name: t.field({ type: PermissionName, policy: 'public', resolve: name => name }),
    meaning: t.string({ policy: 'public', description: 'What the permission allows.', resolve: name => ruleOf(name).meaning }),
    needsTenant: t.boolean({
      policy: 'public',
      description:
        'Whether the request must act in a tenant. If not, roles do not matter, and `statuses` applies to the tenant that the input names.',
      resolve: name => ruleOf(name).context === 'tenant',
    }),
    principals: t.field({
      type: [PrincipalName],
      policy: 'public',
      description: 'The kinds of caller that can have it.',
      resolve: name => [...ruleOf(name).principals],
    }),
    roles: t.field({
      type: [RoleName],
      policy: 'public',
      description: 'The roles that have it.',
      resolve: name => [...ruleOf(name).roles],
    }),
    statuses: t.field({
      type: [TenantStatus],
      policy: 'public',
      description: 'The statuses of the tenant in which it is usable.',
      resolve: name => [...ruleOf(name).statuses],
    }),
    plans: t.field({
      type: [PlanCode],
      policy: 'public',
      nullable: true,
      description: 'The plans that include the feature that it needs. Null: it needs none.',
      resolve: name => plansFor(ruleOf(name))?.slice(),
    }),
  }),
});

const Role = builder.objectRef<RoleId>('Role').implement({
  description: 'A role of members. A member with several roles has the permissions of all of them.',
  fields: t => ({
    name: t.field({ type: RoleName, policy: 'public', resolve: role => role }),
    description: t.string({ policy: 'public', resolve: role => ROLE_MEANING[role] }),
    permissions: t.field({
      type: [Permission],
      policy: 'public',
      resolve: role => PERMISSIONS.filter(name => ruleOf(name).roles.includes(role)),
    }),
  }),
});

builder.queryFields(t => ({
  roles: t.field({
    type: [Role],
    policy: 'public',
    extensions: { isShared: true },
    description: 'The six roles.',
    resolve: () => [...ROLES],
  }),
  permissions: t.field({
    type: [Permission],
    policy: 'public',
    extensions: { isShared: true },
    description: 'All permissions, and who has them.',
    resolve: () => [...PERMISSIONS],
  }),
}));
