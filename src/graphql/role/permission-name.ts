import { permissionName } from '../../access/permission-name.ts';
import { PERMISSIONS, type Permission, ruleOf } from '../../access/policy.ts';
import { builder } from '../core/builder.ts';

const values = Object.fromEntries(
  PERMISSIONS.map(permission => [
    permissionName(permission),
    { value: permission, description: `\`${permission}\`: ${ruleOf(permission).meaning}.` },
  ]),
) as Record<string, { value: Permission; description: string }>;

export const PermissionName = builder.enumType('PermissionName', {
  description:
    'The name of a permission. Descriptions, errors and the audit log write `TENANT_RENAME` as `tenant:rename`. `Query.permissions` says who has which.',
  values,
});
