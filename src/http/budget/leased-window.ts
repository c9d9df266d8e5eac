import type { BudgetCounts } from './budget-counts.ts';
import type { BudgetSource, Lease } from './lease.ts';

/** How long the source isn't asked again for points that it has refused, ms. */
const REFUSAL_MS = 100;

type Waiter = { readonly points: number; resolve(isTaken: boolean): void };

/**
 * What a process holds of one budget in one minute. One lease is under way at most: requests that
 * come meanwhile wait for it, first come, first served.
 */
export class LeasedWindow {
  #limit = 0;
  #slice = 1;
  /** Leased points that nobody has spent. */
  #available = 0;
  /** Points that are taken by all processes, as the source said last. Our leases are among them. */
  #used = 0;
  /** Points that the source hasn't been told of: spent without a lease; negative: given back. */
  #unsettled = 0;
  #isLeasing = false;
  /** Whether the lease under way takes so long that nobody waits for it. */
  #isLate = false;
  readonly #waiters: Waiter[] = [];
  /** The fewest points that the source has refused, and until when it isn't asked for as many. */
  #refused = { points: Number.POSITIVE_INFINITY, until: 0 };

  constructor(
    private readonly source: BudgetSource,
    private readonly counts: BudgetCounts,
    private readonly key: string,
    readonly minute: number,
    /** How long a request waits for a lease, ms. */
    private readonly timeout: number,
  ) {}

  /** Sets the limit, which may change within a minute, and the most points to hold unspent. */
  resize(limit: number, slice: number): void {
    if (limit === this.#limit) return;
    this.#limit = limit;
    this.#slice = slice;
    this.#refused.until = 0;
  }

  /** The points that are left, as far as this process knows. */
  get remaining(): number {
    return Math.max(this.#limit - this.#used - this.#unsettled, 0) + this.#available;
  }

  take(points: number): boolean | Promise<boolean> {
    if (this.#waiters.length === 0 && this.#available >= points) {
      this.#available -= points;
      if (this.#available * 2 < this.#slice && !this.#isRefused(1)) this.#lease();
      return true;
    }
    if (this.#isLate) return this.#takeUnshared(points);
    if (this.#isRefused(points)) return false;
    return new Promise<boolean>(resolve => {
      this.#waiters.push({ points, resolve });
      this.#lease();
    });
  }

  giveBack(points: number): void {
    this.#available += points;
    if (this.#available > this.#slice) this.#lease();
  }

  #isRefused(points: number): boolean {
    return points >= this.#refused.points && performance.now() < this.#refused.until;
  }

  /** Asks for what the waiters need and for a slice, and gives back what is more than that. */
  #lease(): void {
    if (this.#isLeasing) return;
    const waiting = this.#waiters.length;
    const goal = Math.max(
      this.#waiters.reduce((sum, { points }) => sum + points, 0),
      this.#slice,
    );
    if (this.#available > goal) {
      this.#unsettled -= this.#available - goal;
      this.#available = goal;
    }
    const [wanted, settled] = [goal - this.#available, this.#unsettled];
    const needed = waiting ? Math.max(Math.min(...this.#waiters.map(({ points }) => points)) - this.#available, 1) : Math.min(wanted, 1);
    const answer = this.source.lease({ key: this.key, minute: this.minute, limit: this.#limit, needed, wanted, settled });
    if (!answer) {
      this.#serveUnshared();
      return;
    }
    this.#isLeasing = true;
    const onTimeout = () => {
      if (!this.#isLeasing) return;
      this.#isLate = true;
      this.counts.failed += 1;
      this.#serveUnshared();
    };
    // An answer that came while this process was busy is read before the time-out counts.
    const timer = setTimeout(() => setImmediate(onTimeout), this.timeout);
    const end = () => {
      clearTimeout(timer);
      this.#isLeasing = false;
      this.#isLate = false;
    };
    answer.then(
      lease => {
        end();
        this.#unsettled -= settled;
        this.#used = lease.used;
        this.#available += lease.granted;
        this.#serve(waiting, wanted, lease);
        if (this.#waiters.length || this.#available > this.#slice) this.#lease();
      },
      () => {
        if (!this.#isLate) this.counts.failed += 1;
        end();
        this.#serveUnshared();
      },
    );
  }

  /** Serves those who waited when the lease was asked for. */
  #serve(waiting: number, wanted: number, { granted }: Lease): void {
    this.counts[granted ? 'granted' : wanted ? 'refused' : 'settled'] += 1;
    const refused = waiting || granted || !wanted ? [] : [1];
    for (const { points, resolve } of this.#waiters.splice(0, waiting)) {
      const isTaken = this.#available >= points;
      if (isTaken) this.#available -= points;
      else refused.push(points);
      resolve(isTaken);
    }
    this.#refused = { points: Math.min(...refused), until: performance.now() + REFUSAL_MS };
  }

  #serveUnshared(): void {
    for (const { points, resolve } of this.#waiters.splice(0)) resolve(this.#takeUnshared(points));
  }

  /** Takes points by what this process knows; the source learns of them when it answers again. */
  #takeUnshared(points: number): boolean {
    if (points > this.remaining) return false;
    const leased = Math.min(this.#available, points);
    this.#available -= leased;
    this.#unsettled += points - leased;
    this.counts.unshared += 1;
    return true;
  }
}
