/**
 * Whether a webhook is sent events: `paused` by a member, `disabled` because its receiver failed
 * for days.
 */
export const WEBHOOK_STATUSES = ['active', 'paused', 'disabled'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

/** Why a delivery was added: the event's type, a member who wants an event again, or a test. */
export const DELIVERY_KINDS = ['event', 'redelivery', 'test'] as const;
export type DeliveryKind = (typeof DELIVERY_KINDS)[number];

export const DELIVERY_STATUSES = ['waiting', 'delivered', 'skipped', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];
