import { ungrantable } from '../../access/grant.ts';
import type { Role } from '../../access/vocabulary.ts';
import { badInput, GatewayError } from '../core/errors.ts';

/**
 * Roles as a membership stores them, without duplicates.
 *
 * @throws {GatewayError} BAD_USER_INPUT for no role (SPEC R1).
 */
export function roleSet(roles: readonly Role[]): Role[] {
  if (!roles.length) throw badInput('Name at least one role.');
  return [...new Set(roles)];
}

/** @throws {GatewayError} ROLE_NOT_GRANTABLE (SPEC R4). */
export function checkGrantable(roles: readonly Role[], own: readonly Role[]): void {
  const refused = ungrantable(roles, own).map(role => role.toUpperCase());
  if (refused.length) throw new GatewayError('ROLE_NOT_GRANTABLE', `You can't grant ${refused.join(', ')}.`, { roles: refused });
}

/** Only a transfer changes the owner's membership (SPEC R4). */
export const ownerProtected = () =>
  new GatewayError('OWNER_PROTECTED', "The owner's membership can't be changed. Transfer the ownership first.");
