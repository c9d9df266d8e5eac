import { createContext, useContext } from 'react';
import type { PermissionName } from '../gql/graphql.ts';

export const Permissions = createContext<ReadonlySet<PermissionName>>(new Set());

/** Whether the person has a permission here and now: what they can't use isn't shown. */
export function useCan(): (permission: PermissionName) => boolean {
  const permissions = useContext(Permissions);
  return permission => permissions.has(permission);
}
