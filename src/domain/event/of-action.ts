import type { Action } from '../audit/actions.ts';
import type { EventType } from './types.ts';

/** What changed, as its audit event says it. */
export type Change = {
  readonly target: { readonly type: string; readonly id: string } | null;
  readonly before: object | null;
  readonly after: object | null;
};

/** An event that is yet to be written: its type, the id of its subject, and values to pick from. */
export type EventDraft = { readonly type: EventType; readonly subjectId: string; readonly values: object };

/**
 * The event type of each administrative action. An action without one doesn't compile: whatever
 * happens in a tenant can be followed.
 */
const TYPE_OF: Readonly<Record<Action, EventType>> = {
  'tenant.create': 'tenant.created',
  'tenant.rename': 'tenant.renamed',
  'tenant.set_billing_email': 'tenant.billing_email_changed',
  'tenant.suspend': 'tenant.suspended',
  'tenant.resume': 'tenant.resumed',
  'tenant.staff_rename': 'tenant.renamed',
  'tenant.set_sides': 'tenant.sides_changed',
  'deletion.request': 'tenant.deletion_requested',
  'deletion.cancel': 'tenant.deletion_cancelled',
  'invitation.create': 'invitation.created',
  'invitation.replace': 'invitation.created',
  'invitation.revoke': 'invitation.ended',
  'invitation.accept': 'member.joined',
  'invitation.decline': 'invitation.declined',
  'invitation.expire': 'invitation.ended',
  'invitation.end': 'invitation.ended',
  'member.set_roles': 'member.roles_changed',
  'member.drop_roles': 'member.roles_changed',
  'member.remove': 'member.left',
  'member.leave': 'member.left',
  'member.erase': 'member.left',
  'ownership.request': 'ownership.requested',
  'ownership.confirm': 'ownership.transferred',
  'ownership.cancel': 'ownership.ended',
  'ownership.void': 'ownership.ended',
  'ownership.expire': 'ownership.ended',
  'ownership.replace': 'ownership.transferred',
  'plan.upgrade': 'plan.changed',
  'plan.schedule_downgrade': 'plan.downgrade_scheduled',
  'plan.cancel_downgrade': 'plan.downgrade_cancelled',
  'plan.downgrade': 'plan.changed',
  'plan.change': 'plan.changed',
  'plan.arrange_enterprise': 'plan.changed',
  'api_key.create': 'api_key.created',
  'api_key.narrow': 'api_key.changed',
  'api_key.rotate': 'api_key.changed',
  'api_key.revoke': 'api_key.revoked',
  'api_key.hand_over': 'api_key.changed',
  'api_key.set_document_mode': 'api_key.changed',
  'dataset.create': 'dataset.created',
  'dataset.update': 'dataset.updated',
  'dataset.delete': 'dataset.deleted',
  'object.add': 'object.added',
  'object.complete': 'object.completed',
  'object.remove': 'object.removed',
  'listing.draft': 'listing.drafted',
  'listing.update': 'listing.updated',
  'listing.publish': 'listing.published',
  'listing.withdraw': 'listing.withdrawn',
  'entitlement.acquire': 'entitlement.acquired',
  'entitlement.end': 'entitlement.ended',
  'document.register': 'document.registered',
  'document.retire': 'document.retired',
  'webhook.create': 'webhook.created',
  'webhook.update': 'webhook.changed',
  'webhook.rotate_secret': 'webhook.changed',
  'webhook.test': 'webhook.tested',
  'webhook.redeliver': 'webhook.redelivered',
  'webhook.disable': 'webhook.disabled',
  'webhook.delete': 'webhook.deleted',
};

/** Further events of actions that change two objects. */
const ALSO: Readonly<Partial<Record<EventType, (change: Change) => readonly EventDraft[]>>> = {
  'member.joined': ({ before }) => [{ type: 'invitation.accepted', subjectId: (before as { invitation: string }).invitation, values: {} }],
  'dataset.deleted': ({ before }) => {
    const { listing } = before as { listing?: string };
    return listing ? [{ type: 'listing.deleted', subjectId: listing, values: {} }] : [];
  },
  'ownership.transferred': ({ before, after }) => {
    const { owner } = before as { owner: string };
    const { roles } = after as { roles: Readonly<Record<string, readonly string[]>> };
    return [{ type: 'member.roles_changed', subjectId: owner, values: { roles: roles[owner] } }];
  },
};

/**
 * The events of an action that was done, in order.
 *
 * @throws {Error} for a change that names no object: a bug.
 */
export function eventsOf(action: Action, change: Change): readonly EventDraft[] {
  const type = TYPE_OF[action];
  if (!change.target) throw new Error(`the event of ${action} needs an object`);
  const first = { type, subjectId: change.target.id, values: { ...change.before, ...change.after } };
  return [first, ...(ALSO[type]?.(change) ?? [])];
}
