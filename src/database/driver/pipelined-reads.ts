import { isBroken } from './batch.ts';
import type { ConnectionPool, PooledClient } from './pool.ts';
import type { ReadQuery } from './read-query.ts';

/**
 * How many reads are on one connection at most, and how many it takes in all while others wait for
 * a connection.
 */
const MAX_IN_FLIGHT = 8;
const MAX_READS_WHEN_CONTENDED = 64;

/**
 * How many connections have reads at the same time: so many, and one more for every so many reads.
 */
const MIN_CONNECTIONS = 2;
const READS_PER_CONNECTION = 8;

/**
 * A connection that answers nothing for so long, ms, is passed by: whatever it is at, others are
 * not to wait behind it.
 */
const STALL_MS = 50;

type Streaming = { readonly connection: { readonly stream: { cork(): void; uncork(): void } }; pipeline: boolean };

type Pool = Pick<ConnectionPool, 'acquire' | 'release' | 'waitingCount'>;

/**
 * A connection that several reads are on, one behind the other; each is a transaction of its own.
 */
class PipelinedConnection {
  #client: (PooledClient & Streaming) | null = null;
  #early: ReadQuery[] = [];
  #load = 0;
  #taken = 0;
  #answeredAt = Number.POSITIVE_INFINITY;
  #isCorked = false;
  #broken: Error | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly leave: (connection: PipelinedConnection) => void,
  ) {}

  get load(): number {
    return this.#load;
  }

  get isMoving(): boolean {
    return !this.#broken && performance.now() - this.#answeredAt < STALL_MS;
  }

  hasRoom(othersWait: boolean): boolean {
    return this.#load < MAX_IN_FLIGHT && !(othersWait && this.#taken >= MAX_READS_WHEN_CONTENDED);
  }

  async open(): Promise<void> {
    try {
      this.#client = (await this.pool.acquire()) as PooledClient & Streaming;
      this.#client.pipeline = true;
      this.#answeredAt = performance.now();
      for (const readQuery of this.#early.splice(0)) this.#send(this.#client, readQuery);
    } catch (error) {
      this.#broken = error as Error;
      for (const readQuery of this.#early.splice(0)) readQuery.fail(error as Error);
    }
  }

  take(readQuery: ReadQuery): void {
    this.#load += 1;
    this.#taken += 1;
    readQuery.onSettled = error => this.#settled(error);
    if (this.#client) this.#send(this.#client, readQuery);
    else this.#early.push(readQuery);
  }

  /** What is asked for in one turn of the event loop is written at once. */
  #send(client: PooledClient & Streaming, readQuery: ReadQuery) {
    if (!this.#isCorked) {
      this.#isCorked = true;
      const { stream } = client.connection;
      stream.cork();
      setImmediate(() => {
        this.#isCorked = false;
        stream.uncork();
      });
    }
    client.read(readQuery);
  }

  #settled(error: Error | null) {
    this.#load -= 1;
    this.#answeredAt = performance.now();
    if (error && isBroken(error)) this.#broken ??= error;
    if (this.#load) return;
    this.leave(this);
    if (!this.#client) return;
    this.#client.pipeline = false;
    this.pool.release(this.#client, this.#broken);
  }
}

/**
 * Where reads that are quick share connections: those of one turn of the event loop go out together
 * and come back together, which spares both sides most of what waking each other costs. Each is
 * bound by itself, is a transaction of its own, and fails alone. With few there are as many
 * connections as reads; with many, some wait for each other, but not behind one that takes long.
 */
export class PipelinedReads {
  readonly #pipelinedReads = new Set<PipelinedConnection>();

  constructor(private readonly pool: Pool) {}

  take(readQuery: ReadQuery): void {
    const connection = this.#shared() ?? this.#opened();
    connection.take(readQuery);
  }

  /** The lane that a read joins, or null for one of its own. */
  #shared(): PipelinedConnection | null {
    const othersWait = this.pool.waitingCount > 0;
    let [best, moving, load]: [PipelinedConnection | null, number, number] = [null, 0, 0];
    for (const connection of this.#pipelinedReads) {
      if (!connection.isMoving) continue;
      moving += 1;
      load += connection.load;
      if (connection.hasRoom(othersWait) && (!best || connection.load < best.load)) best = connection;
    }
    return moving < MIN_CONNECTIONS + Math.floor(load / READS_PER_CONNECTION) ? null : best;
  }

  #opened(): PipelinedConnection {
    const connection = new PipelinedConnection(this.pool, gone => this.#pipelinedReads.delete(gone));
    this.#pipelinedReads.add(connection);
    void connection.open();
    return connection;
  }
}
