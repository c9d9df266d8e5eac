import { ROLE_MEANING } from '../../access/meaning.ts';
import { PERMISSIONS, type Permission as PermissionId, plansFor, ruleOf } from '../../access/policy.ts';
import { ROLES, type Role as RoleId } from '../../access/vocabulary.ts';
import { builder } from '../core/builder.ts';
import { PlanCode, PrincipalName, RoleName, TenantStatus } from '../core/enums.ts';

const Permission = builder.objectRef<PermissionId>('Permission').implement({
  description: 'A row of the permission table: who may do what, in which status. The gateway enforces exactly this.',
  fields: t => ({
    name: t.field({ type: 'PermissionName', policy: 'public', resolve: name => name }),
    meaning: t.string({ policy: 'public', description: 'What it lets somebody do.', resolve: name => ruleOf(name).meaning }),
    needsTenant: t.boolean({
      policy: 'public',
      description:
        'Whether it is held in the tenant context. If not, no role plays a part, and statuses are those of the tenant that the input leads to.',
      resolve: name => ruleOf(name).context === 'tenant',
    }),
    principals: t.field({
      type: [PrincipalName],
      policy: 'public',
      description: 'The kinds of principal that can hold it.',
      resolve: name => [...ruleOf(name).principals],
    }),
    roles: t.field({
      type: [RoleName],
      policy: 'public',
      description: 'The roles that carry it.',
      resolve: name => [...ruleOf(name).roles],
    }),
    statuses: t.field({
      type: [TenantStatus],
      policy: 'public',
      description: "The tenant's statuses that it works in.",
      resolve: name => [...ruleOf(name).statuses],
    }),
    plans: t.field({
      type: [PlanCode],
      policy: 'public',
      nullable: true,
      description: 'The plans that have the feature it needs; null when it needs none.',
      resolve: name => plansFor(ruleOf(name))?.slice(),
    }),
  }),
});

const Role = builder.objectRef<RoleId>('Role').implement({
  description: 'What a member is. A membership has one or more; permissions are the union over them.',
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
  roles: t.field({ type: [Role], policy: 'public', description: 'The six roles.', resolve: () => [...ROLES] }),
  permissions: t.field({ type: [Permission], policy: 'public', description: 'The permission table.', resolve: () => [...PERMISSIONS] }),
}));
