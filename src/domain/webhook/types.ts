import { type Grant, grantOf } from '../../access/grant.ts';
import { holds } from '../../access/is-allowed.ts';
import type { PlanFeature, Role, TenantStatus } from '../../access/vocabulary.ts';
import type { LockedTenant } from '../../database/index.ts';
import { badInput, GatewayError } from '../core/errors.ts';
import { type EventType, eventRuleOf, isEventType } from '../event/types.ts';

/** The type of a test, which is no event of the tenant. */
export const TEST_TYPE = 'webhook.test';

/** What a member with these roles may do in the tenant as it is now. */
export const memberGrant = (tenantId: string, { status, features }: LockedTenant, roles: readonly string[]): Grant =>
  grantOf({ kind: 'user' }, { tenantId, status: status as TenantStatus, features: features as PlanFeature[], roles: roles as Role[] });

/** Whether a webhook may be sent an event of a type with these permissions (SPEC E2). */
export const maySend = (grant: Pick<Grant, 'permissions'>, type: string): boolean =>
  type === TEST_TYPE ? holds(grant, 'webhook:read') : isEventType(type) && holds(grant, eventRuleOf(type).permission);

/**
 * The event types of a webhook, each once and in order.
 *
 * @throws {GatewayError} BAD_USER_INPUT for none; EVENT_NOT_READABLE for a type that needs a
 * permission which `grant` lacks.
 */
export function webhookTypes(types: readonly EventType[], grant: Pick<Grant, 'permissions'>): EventType[] {
  if (!types.length) throw badInput('`types` is empty. Name at least one type of event.');
  const chosen = [...new Set(types)].sort();
  const refused = chosen.filter(type => !maySend(grant, type));
  if (refused.length)
    throw new GatewayError('EVENT_NOT_READABLE', `The webhook's member may not read events of ${refused.join(', ')}.`, { types: refused });
  return chosen;
}
