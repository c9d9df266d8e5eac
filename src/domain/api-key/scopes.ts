import { unscopable } from '../../access/grant.ts';
import type { Permission } from '../../access/policy.ts';
import type { Role } from '../../access/vocabulary.ts';
import { badInput, GatewayError } from '../core/errors.ts';

/**
 * Scopes as a key holds them.
 *
 * @throws {GatewayError} BAD_USER_INPUT for none: such a key would be for nothing.
 */
export function scopeSet(scopes: readonly Permission[]): Permission[] {
  if (!scopes.length) throw badInput('An API key has at least one scope.');
  return [...new Set(scopes)];
}

/**
 * A key carries nothing that whoever is told its secret lacks, and nothing that no key may carry
 * (SPEC K1).
 *
 * @throws {GatewayError} SCOPE_NOT_GRANTABLE.
 */
export function checkScopes(scopes: readonly Permission[], own: readonly Role[]): void {
  refuseScopes(unscopable(scopes, own));
}

/** @throws {GatewayError} SCOPE_NOT_GRANTABLE for any. */
export function refuseScopes(scopes: readonly Permission[]): void {
  if (scopes.length) throw new GatewayError('SCOPE_NOT_GRANTABLE', `The API key can't be given ${scopes.join(', ')}.`, { scopes });
}
