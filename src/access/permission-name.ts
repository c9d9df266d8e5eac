import type { Permission } from './policy.ts';

/** A permission as the schema's enum `PermissionName` writes it: `MEMBER_INVITE`. */
export const permissionName = (permission: Permission): string => permission.replace(/\W/g, '_').toUpperCase();
