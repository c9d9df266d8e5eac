/** What tells the time: the system's, or one that a test moves. */
export type Clock = { now(): Date };

export const systemClock: Clock = { now: () => new Date() };

/** A message to one address, in plain text. */
export type Message = { readonly to: string; readonly subject: string; readonly text: string };

/** Hands a message over. Rejects when it was not taken. */
export type Mail = { send(message: Message): Promise<void> };

/**
 * What an object is announced as before its bytes come, and what they are held against: `sha256` is
 * 32 bytes.
 */
export type ObjectFacts = { readonly size: bigint; readonly mediaType: string; readonly sha256: Uint8Array };

/**
 * A link to send bytes to, with PUT, and the headers that go with them. Whoever holds it needs
 * nothing else: it is a secret.
 */
export type UploadLink = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

/**
 * Where the bytes of objects lie. A key is a path of two parts: all of one tenant's keys begin with
 * the same part (domain/object/key.ts).
 */
export type ObjectStore = {
  /** A link by which anybody who holds it may put exactly these bytes there, until a moment. */
  uploadLink(key: string, facts: ObjectFacts, until: Date): Promise<UploadLink>;
  /**
   * A link by which anybody who holds it may read the bytes, until a moment, as a file of that
   * name.
   */
  downloadLink(key: string, file: { readonly name: string; readonly mediaType: string }, until: Date): Promise<string>;
  /** What lies there, or null. */
  find(key: string): Promise<Pick<ObjectFacts, 'size' | 'sha256'> | null>;
  /** Removes what lies under these keys; what isn't there is no error. */
  remove(keys: readonly string[]): Promise<void>;
  /**
   * Removes all of one tenant's objects, by the first part of their keys. Doing it again is no
   * error.
   */
  removeAll(prefix: string): Promise<void>;
};

/** What of a store those need who only remove: the jobs. */
export type ObjectRemoval = Pick<ObjectStore, 'remove' | 'removeAll'>;

/** The durations and limits that an operator may set. */
export type Settings = {
  /** How long an invitation is good for, days (SPEC R5). */
  readonly invitationDays: number;
  /** How long the code of an ownership transfer is good for, minutes (SPEC O1). */
  readonly transferMinutes: number;
  /** How long a tenant that is to be deleted is kept, days (SPEC S3). */
  readonly deletionDays: number;
  /** Free tenants that one person may found (SPEC, settled). */
  readonly freeTenants: number;
  /** How long a link to upload an object is good for, minutes. */
  readonly uploadMinutes: number;
};

export const SETTINGS: Settings = { invitationDays: 7, transferMinutes: 15, deletionDays: 30, freeTenants: 3, uploadMinutes: 60 };

/** What operations need beside the database. */
export type Services = { readonly clock: Clock; readonly settings: Settings; readonly store: ObjectStore };

const MINUTE = 60_000;

/** A moment so many minutes later. */
export const minutesAfter = (moment: Date, minutes: number): Date => new Date(moment.getTime() + minutes * MINUTE);

/** A moment so many days of 24 hours later. */
export const daysAfter = (moment: Date, days: number): Date => minutesAfter(moment, days * 24 * 60);
