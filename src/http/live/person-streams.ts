import { createHash } from 'node:crypto';
import type { Database } from '../../database/index.ts';
import { type OwnEvent, ownEvents } from '../../database/queries/event.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import { OWN_EVENT_CURSORS } from '../../graphql/event/viewer-changed.ts';
import type { Stream } from './stream.ts';

/** Events about one person that can be resumed over, at most. */
const EVENTS = 200;

/** A stream; `after` is the id of the last event that it has, and null before any event. */
type Followed = { readonly stream: Stream; personRef: string | null; after: string | null; sending: Promise<void> | undefined };

/** How events name the person whose membership they are about (prisma/migrations, `person_ref`). */
const refOf = (personId: string): string =>
  createHash('sha256')
    .update(Buffer.from(personId.replaceAll('-', ''), 'hex'))
    .digest('hex');

/** The open subscriptions of people to their own memberships, which belong to no tenant. */
export class PersonStreams {
  readonly #streams = new Set<Followed>();

  constructor(private readonly database: Database) {}

  get size(): number {
    return this.#streams.size;
  }

  *[Symbol.iterator](): Iterator<Stream> {
    for (const { stream } of this.#streams) yield stream;
  }

  /** @param after the id of the last event that the client has; null before any event. */
  add(stream: Stream, after: string | null): () => void {
    const followed: Followed = { stream, after, personRef: null, sending: undefined };
    this.#streams.add(followed);
    this.#wake(followed);
    return () => void this.#streams.delete(followed);
  }

  /** Sends what there is to everybody. */
  wake(): void {
    for (const followed of this.#streams) this.#wake(followed);
  }

  /** The same for those whom an event is about. */
  wakeOf(personRef: Buffer): void {
    const ref = personRef.toString('hex');
    for (const followed of this.#streams) if (followed.personRef === null || followed.personRef === ref) this.#wake(followed);
  }

  async idle(): Promise<void> {
    await Promise.all([...this.#streams].map(({ sending }) => sending));
  }

  #wake(followed: Followed): void {
    followed.sending = (followed.sending ?? Promise.resolve()).then(() => this.#send(followed)).catch(error => followed.stream.end(error));
  }

  async #send(followed: Followed): Promise<void> {
    const { stream } = followed;
    if (!stream.connection.isOpen) return;
    const read = await stream.authenticate();
    const context = read && (await stream.authorize(read, this.database));
    if (!context) return;
    const { personId } = context.work.binding;
    followed.personRef = personId && refOf(personId);
    const events = personId === null ? [] : await ownEvents(context.work.query, EVENTS);
    for (const event of newEvents(events, followed.after)) {
      if (!stream.connection.isOpen) return;
      if (!(await stream.deliver({ event }, context, OWN_EVENT_CURSORS.encode(event)))) return;
      followed.after = event.id;
    }
  }
}

/**
 * The events after one, oldest first.
 *
 * @param events newest first.
 * @throws {GatewayError} RESYNC where it isn't among them.
 */
function newEvents(events: readonly OwnEvent[], after: string | null): readonly OwnEvent[] {
  const at = after === null ? events.length : events.findIndex(({ id }) => id === after);
  if (at < 0)
    throw new GatewayError('RESYNC', 'The events after this cursor are no longer kept. Read `viewer`, then subscribe without `after`.');
  return events.slice(0, at).reverse();
}
