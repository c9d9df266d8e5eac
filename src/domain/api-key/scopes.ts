import { unscopable } from '../../access/grant.ts';
import type { Permission } from '../../access/policy.ts';
import type { Role } from '../../access/vocabulary.ts';
import { badInput, GatewayError } from '../core/errors.ts';

/**
 * Scopes as a key stores them, without duplicates.
 *
 * @throws {GatewayError} BAD_USER_INPUT for no scope.
 */
export function scopeSet(scopes: readonly Permission[]): Permission[] {
  if (!scopes.length) throw badInput('Name at least one scope.');
  return [...new Set(scopes)];
}

/**
 * Checks that the caller, who gets to know the secret, holds every scope, and that keys may have it
 * (SPEC K1).
 *
 * @throws {GatewayError} SCOPE_NOT_GRANTABLE.
 */
export function checkScopes(scopes: readonly Permission[], own: readonly Role[]): void {
  refuseScopes(unscopable(scopes, own));
}

/** @throws {GatewayError} SCOPE_NOT_GRANTABLE unless `scopes` is empty. */
export function refuseScopes(scopes: readonly Permission[]): void {
  if (scopes.length) throw new GatewayError('SCOPE_NOT_GRANTABLE', `The API key can't be given ${scopes.join(', ')}.`, { scopes });
}
