import type { IncomingMessage, ServerResponse } from 'node:http';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { Database } from '../../database/index.ts';
import { lastEvent, lastOwnEvent, numberCommitted } from '../../database/queries/event.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import { Follower, nextEvent } from '../../domain/event/follower.ts';
import type { Context, Live } from '../../graphql/core/context.ts';
import { numberAfter } from '../../graphql/event/cursor.ts';
import { followedBy } from '../../graphql/event/subject-field.ts';
import { OWN_EVENT_CURSORS } from '../../graphql/event/viewer-changed.ts';
import type { RequestBudget } from '../budget/request-budget.ts';
import type { Subscription } from '../graphql/yoga-request.ts';
import { sendRefusal } from '../routes/refusal.ts';
import { takesStream } from '../server/negotiate.ts';
import type { Served } from '../server/route.ts';
import { EventStream } from './event-stream.ts';
import { LiveCounts } from './live-counts.ts';
import { PersonStreams } from './person-streams.ts';
import { Places } from './places.ts';
import { type ReadContext, refusedSubscription, Stream } from './stream.ts';
import { TenantStreams } from './tenant-streams.ts';

const HEARTBEAT_MS = 15_000;

/** Transactions that send events at the same time: each has a connection of the pool. */
const MAX_TRANSACTIONS = 2;

export type StreamsOptions = {
  readonly database: Database;
  readonly log: Logger;
  /** How often an open connection gets a sign of life, ms; the default when left out. */
  readonly heartbeat?: number | undefined;
};

/** A subscription that is to be opened, with the request that asks for it. */
export type Opening = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly served: Served;
  readonly subscription: Subscription;
  /** The caller's context now, and how it is built again. */
  readonly context: Context;
  readonly authenticate: () => Promise<ReadContext>;
  readonly budget: RequestBudget;
};

/** All open subscriptions of this process (SPEC G8), and the requests that wait for an event. */
export class Streams implements Live {
  readonly counts = new LiveCounts();
  readonly #options: StreamsOptions;
  readonly #tenants = new Map<string, TenantStreams>();
  readonly #people: PersonStreams;
  readonly #follower: Follower;
  readonly #turns = pLimit(MAX_TRANSACTIONS);
  readonly #places = new Places();
  #stopListening: (() => void) | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  /** Ends with the minute, in which an event was too much for a budget. */
  #nextMinute: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: StreamsOptions) {
    this.#options = options;
    const { database, log } = options;
    this.#people = new PersonStreams(database);
    this.#follower = new Follower({
      query: database.query,
      onError: error => this.#isStopped || log.warn({ err: error }, 'events could not be followed; trying again'),
    });
  }

  /**
   * Opens a subscription: sends the head of the response, and whatever happens from then on.
   *
   * @throws {GatewayError} NOT_ACCEPTABLE, TOO_MANY_STREAMS, BAD_USER_INPUT for a cursor.
   */
  async open({ request, response, served, subscription, context, authenticate, budget }: Opening): Promise<void> {
    const { field, operation } = subscription;
    if (!takesStream(request.headers.accept))
      throw new GatewayError('NOT_ACCEPTABLE', 'A subscription is a stream: accept `text/event-stream`.');
    const refusal = refusedSubscription(field, context);
    if (refusal) return sendRefusal(response, served.requestId, refusal);
    const cursor = (request.headers['last-event-id'] as string | undefined) || subscription.after;
    const isOfTenant = followedBy(field).subject !== null;
    const after = isOfTenant ? numberAfter(cursor) : cursor ? OWN_EVENT_CURSORS.decode(cursor) : null;
    const release = this.#places.take(context, isOfTenant ? (this.#tenants.get(context.grant.tenantAccess!.tenantId)?.size ?? 0) : 0);
    response.once('close', release);
    await this.#follow();
    const start = after ?? (await this.#start(context, isOfTenant));
    if (response.destroyed) return this.#cleanUp(); // The client left.
    const { counts } = this;
    const connection = new EventStream(response, counts);
    const onDelay = (ms: number) => this.#wakeIn(ms);
    const stream = new Stream({ operation, field, authenticate, served, connection, budget, counts, onDelay });
    const tenantId = context.grant.tenantAccess?.tenantId;
    const remove = isOfTenant ? this.#tenant(tenantId!).add(stream, start as number) : this.#people.add(stream, start as string | null);
    connection.onClose(() => {
      remove();
      this.#cleanUp();
    });
  }

  /**
   * Where a stream of new events only begins: what has committed by now isn't new. It is known
   * before the client has the head, so that what happens from then on is sent.
   */
  async #start({ work }: Context, isOfTenant: boolean): Promise<number | string | null> {
    await numberCommitted(this.#options.database.query);
    return isOfTenant ? await lastEvent(work.query) : await lastOwnEvent(work.query);
  }

  async nextEvent(tenantId: string, seconds: number, hasNew: () => Promise<boolean>): Promise<void> {
    await nextEvent(this.#follower, tenantId, seconds, hasNew);
  }

  /** How many streams are open, and of how many the client reads more slowly than is sent. */
  readonly states = (): { readonly open: number; readonly buffering: number } => {
    const all = this.#all();
    return { open: all.length, buffering: all.filter(({ connection }) => connection.isBuffering).length };
  };

  /** Interrupts all streams: their clients reconnect elsewhere. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#nextMinute);
    const all = this.#all();
    for (const { connection } of all) connection.interrupt();
    await this.#follower.stop();
    await Promise.all([this.#people, ...this.#tenants.values()].map(streams => streams.idle()));
  }

  #all(): readonly Stream[] {
    return [this.#people, ...this.#tenants.values()].flatMap(streams => [...streams]);
  }

  /** Makes sure that new events are heard of. */
  async #follow(): Promise<void> {
    const { heartbeat = HEARTBEAT_MS } = this.#options;
    this.#stopListening ??= this.#follower.listen(({ tenantId, personRef }) => {
      this.#tenants.get(tenantId)?.wake();
      if (personRef) this.#people.wakeOf(personRef);
    });
    this.#heartbeat ??= setInterval(() => this.#beat(), heartbeat).unref();
    await this.#follower.ready();
  }

  /** A sign of life for each client; and the callers are checked, also where nothing happens. */
  #beat(): void {
    for (const { connection } of this.#all()) connection.comment();
    this.#wake();
  }

  #wake(): void {
    for (const streams of [this.#people, ...this.#tenants.values()]) streams.wake();
  }

  /** Sends what waits for points, once for all: every budget's minute ends at the same time. */
  #wakeIn(ms: number): void {
    this.#nextMinute ??= setTimeout(() => {
      this.#nextMinute = undefined;
      this.#wake();
    }, ms).unref();
  }

  #tenant(tenantId: string): TenantStreams {
    let streams = this.#tenants.get(tenantId);
    if (!streams) {
      const { database, log } = this.#options;
      const onError = (error: unknown) => log.warn({ err: error, tenantId }, 'events could not be sent; trying again');
      streams = new TenantStreams({ database, tenantId, onError, takeTurn: this.#turns });
      this.#tenants.set(tenantId, streams);
    }
    return streams;
  }

  #cleanUp(): void {
    for (const [tenantId, streams] of this.#tenants) if (!streams.size) this.#tenants.delete(tenantId);
    if (this.#tenants.size || this.#people.size) return;
    this.#stopListening?.();
    this.#stopListening = undefined;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }
}
