import { type Database, lockTenant, type ReadableDatabase, readsWithin } from '../../database/index.ts';
import { type EventPart, type NumberedEvent, tenantEvents } from '../../database/queries/event.ts';
import { checkGap, mayReadEvent } from '../../domain/event/feed.ts';
import type { Context } from '../../graphql/core/context.ts';
import { EVENT_CURSORS } from '../../graphql/event/cursor.ts';
import { followedBy, type SentEvent } from '../../graphql/event/subject-field.ts';
import type { ReadContext, Stream } from './stream.ts';

/** Events that one stream gets in one transaction, at most. */
const EVENTS = 100;

/** Streams that are served in one transaction, at most: it keeps the tenant's changes waiting. */
const STREAMS = 50;

export type TenantStreamsOptions = {
  readonly database: Pick<Database, 'bind'>;
  readonly tenantId: string;
  readonly onError: (error: unknown) => void;
  /** Runs a transaction when it is its turn. */
  readonly takeTurn: <T>(work: () => Promise<T>) => Promise<T>;
};

/** How long a failed transaction waits to be tried again, ms. */
const RETRY_MS = 1_000;

/**
 * A stream; `after` is the number of the last event that was sent to it or that it doesn't get, and
 * `isDue` whether there may be others.
 */
type Followed = { readonly stream: Stream; after: number; isDue: boolean };

/**
 * The open subscriptions to one tenant. Events are sent in a transaction that holds the tenant's
 * lock in shared mode and reads the callers' permissions first: a change of roles, of the status or
 * of a key is committed before all of it, or after the last byte was handed over (SPEC G8).
 */
export class TenantStreams {
  readonly #streams = new Set<Followed>();
  #sending: Promise<void> | undefined;
  readonly #options: TenantStreamsOptions;

  constructor(options: TenantStreamsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** @param after the number of the last event that the client has, or that is none of its own. */
  add(stream: Stream, after: number): () => void {
    const followed = { stream, after, isDue: true };
    this.#streams.add(followed);
    this.#start();
    return () => void this.#streams.delete(followed);
  }

  *[Symbol.iterator](): Iterator<Stream> {
    for (const { stream } of this.#streams) yield stream;
  }

  /** Sends what there is, now or once what is being sent is. */
  wake(): void {
    for (const followed of this.#streams) followed.isDue = true;
    this.#start();
  }

  /** What others of the tenant have isn't read again for a stream that was added. */
  #start(): void {
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
      if (this.#due().length) this.#start(); // It became due after the last look.
    });
  }

  #due(): readonly Followed[] {
    return [...this.#streams].filter(({ stream, isDue }) => isDue && stream.connection.isOpen);
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    await this.#sending;
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      const due = this.#due();
      if (!due.length) return;
      for (const followed of due) followed.isDue = false;
      for (let from = 0; from < due.length; from += STREAMS) {
        const some = due.slice(from, from + STREAMS);
        await this.#options.takeTurn(() => this.#sendTo(some)).catch(error => this.#retry(error));
      }
    }
  }

  #retry(error: unknown): void {
    this.#options.onError(error);
    setTimeout(() => this.wake(), RETRY_MS).unref();
  }

  async #sendTo(streams: readonly Followed[]): Promise<void> {
    const verified: (readonly [Followed, ReadContext])[] = [];
    for (const followed of streams) {
      const read = await followed.stream.authenticate();
      if (read) verified.push([followed, read]);
    }
    if (!verified.length) return;
    const { database, tenantId } = this.#options;
    await database.bind({ tenantId, personId: null }).transaction(async transaction => {
      await lockTenant(transaction.query, 'shared');
      const reads = readsWithin(transaction, tenantId);
      const eventsAfter = onceEach((after: number) => tenantEvents(transaction.query, after, EVENTS));
      await Promise.all(verified.map(([followed, read]) => this.#sendEvents(followed, read, { database: reads, eventsAfter })));
    });
  }

  async #sendEvents(followed: Followed, read: ReadContext, { database, eventsAfter }: Sending): Promise<void> {
    const { stream } = followed;
    const context = await stream.authorize(read, database);
    if (!context) return;
    try {
      const part = await eventsAfter(followed.after);
      checkGap(followed.after, part);
      for (const event of part.events) {
        if (!stream.connection.isOpen) return;
        const sent: SentEvent = { tenantId: this.#options.tenantId, event };
        if (isFor(stream, event, context) && !(await stream.deliver(sent, context, EVENT_CURSORS.encode(event)))) return;
        followed.after = event.number;
      }
      if (part.events.length === EVENTS) followed.isDue = true;
    } catch (error) {
      stream.end(error);
    }
  }
}

type Sending = {
  readonly database: ReadableDatabase;
  readonly eventsAfter: (after: number) => Promise<EventPart>;
};

const isFor = (stream: Stream, event: NumberedEvent, { grant }: Context): boolean =>
  followedBy(stream.field).subject === event.subjectType && mayReadEvent(grant, event.type);

/** Reads once for all who ask for the same. */
function onceEach<Key, Value>(read: (key: Key) => Promise<Value>): (key: Key) => Promise<Value> {
  const reads = new Map<Key, Promise<Value>>();
  return key => {
    let value = reads.get(key);
    if (!value) {
      value = read(key);
      reads.set(key, value);
    }
    return value;
  };
}
