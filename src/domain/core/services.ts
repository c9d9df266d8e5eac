import type { WebhookSettings } from '../webhook/secret-keys.ts';

/** The current time; tests move it. */
export type Clock = { now(): Date };

export const systemClock: Clock = { now: () => new Date() };

/** A message to one address, in plain text and, if it has one, an HTML part. */
export type Message = { readonly to: string; readonly subject: string; readonly text: string; readonly html?: string };

/**
 * Sends a message. Rejects when the message was not accepted: with `Undelivered` if the mail server
 * replied (`delivery.ts`).
 */
export type Mail = { send(message: Message): Promise<void> };

/**
 * The announced size, media type and checksum of an object; its bytes are compared with them.
 * `sha256` is 32 bytes.
 */
export type ObjectFacts = { readonly size: bigint; readonly mediaType: string; readonly sha256: Uint8Array };

/**
 * A link to upload bytes to with PUT, and the headers to send. The link is a secret: it needs no
 * other credentials.
 */
export type UploadLink = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

/**
 * Storage for the bytes of objects. A key is a path of two parts; all keys of one tenant share the
 * first part (domain/object/key.ts).
 */
export type ObjectStore = {
  /** A link that allows its holder to upload exactly these bytes, until a moment. */
  uploadLink(key: string, facts: ObjectFacts, until: Date): Promise<UploadLink>;
  /** A link that allows its holder to download the bytes as a file of that name, until a moment. */
  downloadLink(key: string, file: { readonly name: string; readonly mediaType: string }, until: Date): Promise<string>;
  /** The stored object's facts, or null. */
  find(key: string): Promise<Pick<ObjectFacts, 'size' | 'sha256'> | null>;
  /** Removes the objects of these keys; missing ones are ignored. */
  remove(keys: readonly string[]): Promise<void>;
  /** Removes all objects of one tenant, by the first part of their keys. Idempotent. */
  removeAll(prefix: string): Promise<void>;
};

/** The part of a store that jobs use. */
export type ObjectRemoval = Pick<ObjectStore, 'remove' | 'removeAll'>;

/** The durations and limits that an operator may set. */
export type Settings = {
  /** How long an invitation is valid, days (SPEC R5). */
  readonly invitationDays: number;
  /** How long the code of an ownership transfer is valid, minutes (SPEC O1). */
  readonly transferMinutes: number;
  /** The grace period before a tenant is deleted, days (SPEC S3). */
  readonly deletionDays: number;
  /** How many Free tenants one person may own. */
  readonly freeTenants: number;
  /** How long an upload link is valid, minutes. */
  readonly uploadMinutes: number;
  /** How long a paid retrieval can get a new download link, hours. */
  readonly downloadHours: number;
  /** Invitations that are sent in 24 hours at most. */
  readonly messageLimits: MessageLimits;
};

/** Invitations in 24 hours: to one address, by one person, in one tenant (SPEC R5). */
export type MessageLimits = { readonly recipient: number; readonly person: number; readonly tenant: number };

export const SETTINGS: Settings = {
  invitationDays: 7,
  transferMinutes: 15,
  deletionDays: 30,
  freeTenants: 3,
  uploadMinutes: 60,
  downloadHours: 24,
  messageLimits: { recipient: 10, person: 200, tenant: 500 },
};

/** What commands need beside the database. */
export type Services = {
  readonly clock: Clock;
  readonly settings: Settings;
  readonly store: ObjectStore;
  readonly webhooks: WebhookSettings;
};

const MINUTE = 60_000;

/** A moment so many minutes later. */
export const minutesAfter = (moment: Date, minutes: number): Date => new Date(moment.getTime() + minutes * MINUTE);

/** A moment so many days of 24 hours later. */
export const daysAfter = (moment: Date, days: number): Date => minutesAfter(moment, days * 24 * 60);
