import type { BasePool } from './base-pool.ts';
import { CallerLeftError, type Cancelable } from './caller.ts';
import type { Connection } from './connection.ts';
import { isBroken } from './failure.ts';
import { writeNow } from './message.ts';
import type { ReadQuery } from './read-query.ts';

/** Reads in flight on one connection. */
const MAX_IN_FLIGHT = 8;

/** Reads that a connection takes in all while others wait for a connection of the pool. */
const MAX_READS_WHEN_CONTENDED = 64;

/** Connections with reads: this many, and one more for every {@link READS_PER_CONNECTION}. */
const MIN_CONNECTIONS = 2;
const READS_PER_CONNECTION = 8;

/** A connection that has answered nothing for this long, ms, gets no more reads. */
const STALL_MS = 50;

type Pipelining = { pipeline: boolean };

type Pool = Pick<BasePool, 'acquire' | 'release' | 'waitingCount' | 'statistics'>;

/** A connection with several reads in flight, each in a transaction of its own. */
class PipelinedConnection implements Cancelable {
  #connection: (Connection & Pipelining) | null = null;
  /** Reads that wait for the connection. */
  #early: ReadQuery[] = [];
  /** In the order in which they are answered. */
  readonly #inFlight: ReadQuery[] = [];
  #taken = 0;
  #answeredAt = Number.POSITIVE_INFINITY;
  /** Messages of this turn of the event loop. */
  #messages = '';
  #broken: Error | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly owner: string | null,
    private readonly onEmpty: (connection: PipelinedConnection) => void,
  ) {}

  get inFlight(): number {
    return this.#inFlight.length;
  }

  get isMoving(): boolean {
    return !this.#broken && performance.now() - this.#answeredAt < STALL_MS;
  }

  /** Others don't wait for a connection with its owner, who may have to wait longer than they. */
  hasRoom(isContended: boolean, owner: string | null): boolean {
    if (!this.#connection && owner !== this.owner) return false;
    return this.#inFlight.length < MAX_IN_FLIGHT && !(isContended && this.#taken >= MAX_READS_WHEN_CONTENDED);
  }

  async open(): Promise<void> {
    try {
      this.#connection = (await this.pool.acquire(this.owner)) as Connection & Pipelining;
      this.#connection.pipeline = true;
      this.#answeredAt = performance.now();
      for (const readQuery of this.#early.splice(0))
        if (readQuery.caller?.hasLeft) this.#drop(readQuery);
        else this.#send(this.#connection, readQuery);
      if (!this.#inFlight.length) this.#end();
    } catch (error) {
      this.#broken = error as Error;
      for (const readQuery of this.#early.splice(0)) readQuery.fail(error as Error);
    }
  }

  take(readQuery: ReadQuery): void {
    this.#inFlight.push(readQuery);
    this.#taken += 1;
    readQuery.onSettled = this.#settled;
    readQuery.caller?.began(this);
    if (this.#connection) this.#send(this.#connection, readQuery);
    else this.#early.push(readQuery);
  }

  /**
   * Cancels the read under way if the callers of all reads in flight have left: a cancel ends
   * whichever read its connection runs. The next one is canceled once this one has ended.
   */
  cancel(): void {
    if (!this.#connection || !this.#inFlight.every(read => read.caller?.hasLeft)) return;
    this.#broken ??= new CallerLeftError('the callers left');
    this.#connection.cancel();
  }

  #send(connection: Connection & Pipelining, readQuery: ReadQuery) {
    readQuery.write = this.#writeTogether;
    connection.read(readQuery);
  }

  /** Fails a read that isn't sent. */
  #drop(readQuery: ReadQuery) {
    this.#inFlight.splice(this.#inFlight.indexOf(readQuery), 1);
    readQuery.onSettled = () => {};
    readQuery.fail(new CallerLeftError('the caller left'));
  }

  /** The reads of one turn of the event loop are written at once. */
  readonly #writeTogether: ReadQuery['write'] = (message, to) => {
    if (!this.#messages) setImmediate(() => writeNow(this.#takeMessages(), to));
    this.#messages += message;
  };

  #takeMessages(): string {
    const messages = this.#messages;
    this.#messages = '';
    return messages;
  }

  readonly #settled: ReadQuery['onSettled'] = error => {
    const caller = this.#inFlight.shift()?.caller;
    if (caller && !this.#inFlight.some(read => read.caller === caller)) caller.ended(this);
    this.#answeredAt = performance.now();
    if (error && isBroken(error)) this.#broken ??= error;
    if (!this.#inFlight.length) this.#end();
    else if (error) this.cancel();
  };

  #end() {
    this.onEmpty(this);
    if (!this.#connection) return;
    this.#connection.pipeline = false;
    this.pool.release(this.#connection, this.#broken);
  }
}

/**
 * Lets quick reads share connections: those of one turn of the event loop go out together, which
 * spares both sides most of the cost of waking each other (docs/decisions/0018). Few reads have a
 * connection each; many wait for each other, but not behind a slow one.
 */
export class PipelinedReads {
  readonly #connections = new Set<PipelinedConnection>();

  constructor(private readonly pool: Pool) {}

  /** Connections with reads in flight, and those reads. */
  get inFlight(): { readonly connections: number; readonly reads: number } {
    let reads = 0;
    for (const connection of this.#connections) reads += connection.inFlight;
    return { connections: this.#connections.size, reads };
  }

  take(readQuery: ReadQuery, owner: string | null): void {
    this.pool.statistics.pipelinedReads += 1;
    const connection = this.#leastBusy(owner) ?? this.#open(owner);
    connection.take(readQuery);
  }

  /** The connection that a read joins, or null if it gets one of its own. */
  #leastBusy(owner: string | null): PipelinedConnection | null {
    const isContended = this.pool.waitingCount > 0;
    let best: PipelinedConnection | null = null;
    let moving = 0;
    let inFlight = 0;
    for (const connection of this.#connections) {
      if (!connection.isMoving) continue;
      moving += 1;
      inFlight += connection.inFlight;
      if (connection.hasRoom(isContended, owner) && (!best || connection.inFlight < best.inFlight)) best = connection;
    }
    return moving < MIN_CONNECTIONS + Math.floor(inFlight / READS_PER_CONNECTION) ? null : best;
  }

  #open(owner: string | null): PipelinedConnection {
    const connection = new PipelinedConnection(this.pool, owner, gone => this.#connections.delete(gone));
    this.#connections.add(connection);
    void connection.open();
    return connection;
  }
}
