import type { RateLimit } from './rate-limit.ts';
import { wait } from './wait.ts';

/** How many operations the pacer knows the cost of. */
const MAX_KNOWN = 500;

type Budget = Pick<RateLimit, 'limit' | 'window' | 'remaining'> & { readonly endsAt: number };

/**
 * Holds requests back that the budget of this minute doesn't suffice for, in place of having them
 * refused. It knows the budget and what an operation costs from the responses before.
 */
export class Pacer {
  #budget: Budget | null = null;
  /** The points of requests without a response. The gateway may have counted them already. */
  #inFlight = 0;
  readonly #costs = new Map<string, number>();
  readonly #waiting = new Set<AbortController>();

  /** Waits until the budget suffices. Returns the points, which {@link release} gives back. */
  async take(operation: string, signal?: AbortSignal): Promise<number> {
    for (;;) {
      const budget = this.#current();
      const cost = this.#costs.get(operation) ?? 1;
      if (!budget || cost > budget.limit || cost <= budget.remaining - this.#inFlight) {
        this.#inFlight += cost;
        return cost;
      }
      await this.#change(budget.endsAt - Date.now(), signal);
    }
  }

  /** Learns from a response: what is left, and what the operation costs. */
  note(operation: string, rateLimit: RateLimit | null, cost: unknown): void {
    if (rateLimit) this.#budget = { ...rateLimit, endsAt: Date.now() + rateLimit.endsIn };
    if (typeof cost !== 'number') return;
    this.#costs.delete(operation);
    this.#costs.set(operation, cost);
    const [oldest] = this.#costs.keys();
    if (this.#costs.size > MAX_KNOWN) this.#costs.delete(oldest!);
  }

  /** A request has ended: its points are in what the response says is left. */
  release(cost: number): void {
    this.#inFlight -= cost;
    for (const waiter of this.#waiting) waiter.abort();
  }

  /** The budget of this window, which is full again once the last one has ended. */
  #current(): Budget | null {
    const budget = this.#budget;
    if (budget && budget.endsAt <= Date.now()) this.#budget = { ...budget, remaining: budget.limit, endsAt: Date.now() + budget.window };
    return this.#budget;
  }

  /** Waits for the end of a request, or of the window. */
  async #change(ms: number, signal?: AbortSignal): Promise<void> {
    const waiter = new AbortController();
    this.#waiting.add(waiter);
    await wait(ms, AbortSignal.any([waiter.signal, ...(signal ? [signal] : [])])).catch(() => signal?.throwIfAborted());
    this.#waiting.delete(waiter);
  }
}
