import type { RateLimit } from './rate-limit.ts';
import { wait } from './wait.ts';

/** How many operations the pacer knows the cost of. */
const MAX_KNOWN = 500;

type Budget = Pick<RateLimit, 'limit' | 'window'> & { remaining: number; readonly endsAt: number };

/**
 * Holds requests back that the budget of this minute doesn't suffice for, in place of having them
 * refused. It knows the budget and what an operation costs from the responses before.
 */
export class Pacer {
  #budget: Budget | null = null;
  readonly #costs = new Map<string, number>();

  /** Waits until the budget suffices, and takes the cost from it. */
  async take(operation: string, signal?: AbortSignal): Promise<void> {
    for (;;) {
      const budget = this.#current();
      const cost = this.#costs.get(operation) ?? 1;
      if (!budget || cost > budget.limit) return;
      if (cost <= budget.remaining) {
        budget.remaining -= cost;
        return;
      }
      await wait(budget.endsAt - Date.now(), signal);
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

  /** The budget of this window, which is full again once the last one has ended. */
  #current(): Budget | null {
    const budget = this.#budget;
    if (budget && budget.endsAt <= Date.now()) {
      const { limit, window } = budget;
      this.#budget = { limit, window, remaining: limit, endsAt: Date.now() + window };
    }
    return this.#budget;
  }
}
