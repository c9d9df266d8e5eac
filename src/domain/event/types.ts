import * as z from 'zod';
import type { Permission } from '../../access/policy.ts';

const [text, texts, flag, moment] = [z.string(), z.array(z.string()), z.boolean(), z.iso.datetime()];

/** The values that events contain, by name. */
// biome-ignore format: a table is read by its columns
export const EVENT_DATA = {
  name: text, slug: text, status: text, plan: text, nextPlan: text, title: text, price: text, currency: text,
  app: text, version: text, event: text, entitlement: text, mediaType: text, size: text, documentMode: text,
  roles: texts, scopes: texts, types: texts,
  sells: flag, buys: flag,
  documents: z.number().int(),
  deletionDueAt: moment, dueAt: moment, expiresAt: moment, endedAt: moment,
} as const satisfies Readonly<Record<string, z.ZodType>>;

type DataName = keyof typeof EVENT_DATA;

/** What a type of event needs and contains (SPEC E1). */
export type EventRule = {
  /** The permission to read it, checked whenever it is sent. */
  readonly permission: Permission;
  /** The type of the object that it is about. */
  readonly subject: string;
  /** Which values of its change it contains, as they are after it: none of a person. */
  readonly data: readonly DataName[];
  /** What happened, in one line for the docs. */
  readonly meaning: string;
};

const of =
  (permission: Permission, subject: string) =>
  (meaning: string, data: readonly DataName[] = []) => ({
    ...{ permission, subject, data, meaning },
  });

const tenant = of('tenant:read', 'Tenant');
const plan = of('plan:read', 'Tenant');
const invitation = of('invitation:list', 'Invitation');
const member = of('member:list', 'Membership');
const transfer = of('audit:read', 'Membership');
const apiKey = of('api-key:read', 'ApiKey');
const dataset = of('dataset:read', 'Dataset');
const object = of('dataset:read', 'DataObject');
const listing = of('dataset:read', 'Listing');
const entitlement = of('entitlement:read', 'Entitlement');
const document = of('document:read', 'TrustedDocument');
const webhook = of('webhook:read', 'Webhook');

/** The event types: docs/events.md is printed from this table. */
// biome-ignore format: a table is read by its columns
export const EVENT_TYPES = {
  'tenant.created':              tenant('The tenant was created.', ['name', 'slug', 'sells', 'buys']),
  'tenant.renamed':              tenant('The display name changed.', ['name']),
  'tenant.suspended':            tenant('The tenant was suspended.', ['status']),
  'tenant.resumed':              tenant('The suspension ended.', ['status']),
  'tenant.deletion_requested':   tenant('The deletion was requested.', ['status', 'deletionDueAt']),
  'tenant.deletion_cancelled':   tenant('The deletion was cancelled.', ['status']),
  'tenant.sides_changed':        tenant('The provider side or the buyer side was switched.', ['sells', 'buys']),
  'tenant.billing_email_changed': of('billing-contact:read', 'Tenant')('The address for bills changed.'),
  'plan.changed':                plan('Another plan, or other limits, apply.', ['plan']),
  'plan.downgrade_scheduled':    plan('A downgrade was scheduled.', ['nextPlan', 'dueAt']),
  'plan.downgrade_cancelled':    plan('A scheduled downgrade was cancelled.'),
  'invitation.created':          invitation('Somebody was invited.', ['roles']),
  'invitation.accepted':         invitation('An invitation was accepted.'),
  'invitation.declined':         invitation('An invitation was declined.'),
  'invitation.ended':            invitation('An invitation was revoked, has expired, or ended with a right of its inviter.'),
  'member.joined':               member('A person became a member.', ['roles']),
  'member.roles_changed':        member('The roles of a member changed.', ['roles']),
  'member.left':                 member('A membership ended: the member left, was removed, or erased themselves.'),
  'ownership.transferred':       member('Another member became the owner.'),
  'ownership.requested':         transfer('A transfer of ownership was requested.', ['expiresAt']),
  'ownership.ended':             transfer('A requested transfer was cancelled, voided, or has expired.'),
  'api_key.created':             apiKey('An API key was created.', ['name', 'scopes']),
  'api_key.changed':             apiKey('An API key was narrowed, rotated, handed over, or got another document mode.', ['scopes', 'documentMode']),
  'api_key.revoked':             apiKey('An API key was revoked.'),
  'dataset.created':             dataset('A dataset was created.', ['name']),
  'dataset.updated':             dataset('A dataset changed.', ['name']),
  'dataset.deleted':             dataset('A dataset was deleted, with its objects and its listing.'),
  'object.added':                object('An object was announced.', ['name', 'size', 'mediaType']),
  'object.completed':            object("An object's bytes are in the store.", ['name']),
  'object.removed':              object('An object was removed.', ['name']),
  'listing.drafted':             listing('A listing was drafted.', ['title', 'price', 'currency']),
  'listing.updated':             listing('The terms of a listing changed.', ['title', 'price', 'currency']),
  'listing.published':           listing('A listing was published.', ['status']),
  'listing.withdrawn':           listing('A listing was withdrawn.', ['status']),
  'listing.deleted':             listing('A listing was deleted, with its dataset.'),
  'entitlement.acquired':        entitlement('An entitlement was acquired.', ['title', 'price', 'currency']),
  'entitlement.ended':           entitlement('An entitlement ended.', ['endedAt']),
  'document.registered':         document('Trusted documents of a version of an app were registered.', ['app', 'version', 'documents']),
  'document.retired':            document('A version of an app was retired.', ['app', 'version']),
  'webhook.created':             webhook('A webhook was created.', ['name', 'types']),
  'webhook.changed':             webhook('A webhook changed, or got another secret.', ['name', 'types', 'status']),
  'webhook.tested':              webhook('A test was sent to a webhook.'),
  'webhook.redelivered':         webhook('An event was sent to a webhook again.', ['event']),
  'webhook.disabled':            webhook('A webhook was disabled, because its receiver failed for 72 hours.', ['status']),
  'webhook.deleted':             webhook('A webhook was deleted.', ['name']),
  'usage.recorded':              of('usage:read', 'UsageRecord')('An object was retrieved.', ['entitlement', 'name', 'size']),
} as const satisfies Readonly<Record<string, EventRule>>;

export type EventType = keyof typeof EVENT_TYPES;

/** The version of every type's data. A change that isn't an addition raises it. */
export const EVENT_VERSION = 1;

/** How many days events are kept. */
export const KEPT_DAYS = 30;

export const eventRuleOf = (type: EventType): EventRule => EVENT_TYPES[type];

/** Whether a text is the name of an event type. */
export const isEventType = (text: string): text is EventType => Object.hasOwn(EVENT_TYPES, text);
