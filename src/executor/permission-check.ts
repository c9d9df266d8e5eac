import type { Grant } from '../access/grant.ts';
import type { Permission } from '../access/policy.ts';

/** Something cached that depends on what its first caller may read. */
export type Built = { readonly permissions: ReadonlySet<Permission> };

/** A cached read or shape met a grant with other permissions: a bug in a cache's key. */
export class WrongPermissions extends Error {
  override name = 'WrongPermissions';
}

/** @throws {WrongPermissions} unless a cached entry was built for the permissions of this grant. */
export function checkedFor<Cached extends Built>(cached: Cached, grant: Grant): Cached {
  if (cached.permissions !== grant.permissions) throw new WrongPermissions('a cached read was built for other permissions');
  return cached;
}
