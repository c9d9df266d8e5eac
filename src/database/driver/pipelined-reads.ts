import { isBroken } from './batch.ts';
import type { BoundPool, LentClient } from './pool.ts';
import type { Reading } from './read-query.ts';

/** How many reads are on one connection at most, and how many it takes in all while others wait for a connection. */
const DEPTH = 8;
const LIFE = 64;

/** How many connections have reads at the same time: so many, and one more for every so many reads. */
const FEWEST = 2;
const EACH = 8;

/** A connection that answers nothing for so long, ms, is passed by: whatever it is at, others are not to wait behind it. */
const STALL = 50;

type Streaming = { readonly connection: { readonly stream: { cork(): void; uncork(): void } }; pipeline: boolean };

type Pool = Pick<BoundPool, 'lend' | 'putBack' | 'waitingCount'>;

/** A connection that several reads are on, one behind the other; each is a transaction of its own. */
class Lane {
  #client: (LentClient & Streaming) | null = null;
  #early: Reading[] = [];
  #load = 0;
  #taken = 0;
  #answeredAt = Number.POSITIVE_INFINITY;
  #isCorked = false;
  #broken: Error | undefined;

  constructor(
    private readonly pool: Pool,
    private readonly leave: (lane: Lane) => void,
  ) {}

  get load(): number {
    return this.#load;
  }

  get isMoving(): boolean {
    return !this.#broken && performance.now() - this.#answeredAt < STALL;
  }

  hasRoom(othersWait: boolean): boolean {
    return this.#load < DEPTH && !(othersWait && this.#taken >= LIFE);
  }

  async open(): Promise<void> {
    try {
      this.#client = (await this.pool.lend()) as LentClient & Streaming;
      this.#client.pipeline = true;
      this.#answeredAt = performance.now();
      for (const reading of this.#early.splice(0)) this.#send(this.#client, reading);
    } catch (error) {
      this.#broken = error as Error;
      for (const reading of this.#early.splice(0)) reading.fail(error as Error);
    }
  }

  take(reading: Reading): void {
    this.#load += 1;
    this.#taken += 1;
    reading.onSettled = error => this.#settled(error);
    if (this.#client) this.#send(this.#client, reading);
    else this.#early.push(reading);
  }

  /** What is asked for in one turn of the event loop is written at once. */
  #send(client: LentClient & Streaming, reading: Reading) {
    if (!this.#isCorked) {
      this.#isCorked = true;
      const { stream } = client.connection;
      stream.cork();
      setImmediate(() => {
        this.#isCorked = false;
        stream.uncork();
      });
    }
    client.read(reading);
  }

  #settled(error: Error | null) {
    this.#load -= 1;
    this.#answeredAt = performance.now();
    if (error && isBroken(error)) this.#broken ??= error;
    if (this.#load) return;
    this.leave(this);
    if (!this.#client) return;
    this.#client.pipeline = false;
    this.pool.putBack(this.#client, this.#broken);
  }
}

/**
 * Where reads that are quick share connections: those of one turn of the event loop go out together and come back together, which spares both sides most of
 * what waking each other costs. Each is bound by itself, is a transaction of its own, and fails alone. With few there are as many connections as reads; with
 * many, some wait for each other, but not behind one that takes long.
 */
export class Lanes {
  readonly #lanes = new Set<Lane>();

  constructor(private readonly pool: Pool) {}

  take(reading: Reading): void {
    const lane = this.#shared() ?? this.#opened();
    lane.take(reading);
  }

  /** The lane that a read joins, or null for one of its own. */
  #shared(): Lane | null {
    const othersWait = this.pool.waitingCount > 0;
    let [best, moving, load]: [Lane | null, number, number] = [null, 0, 0];
    for (const lane of this.#lanes) {
      if (!lane.isMoving) continue;
      moving += 1;
      load += lane.load;
      if (lane.hasRoom(othersWait) && (!best || lane.load < best.load)) best = lane;
    }
    return moving < FEWEST + Math.floor(load / EACH) ? null : best;
  }

  #opened(): Lane {
    const lane = new Lane(this.pool, gone => this.#lanes.delete(gone));
    this.#lanes.add(lane);
    void lane.open();
    return lane;
  }
}
