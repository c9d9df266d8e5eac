import { Tally } from '../../executor/tally.ts';
import type { Budgets } from './budgets.ts';

/** Whose budget pays for a request: its key and its points a minute; null is no limit. */
export type Payer = { readonly key: string; readonly limit: number | null };

/** What an operation costs at most, and what it is charged for what was counted. */
export type Price = { readonly cost: number; readonly chargeOf: (tally: Pick<Tally, 'rows' | 'refused'>) => number };

/** What a response says of its cost. */
export type PaidText = { readonly text: string; readonly headers: Readonly<Record<string, string>> | undefined };

/** For a payer without a limit whose client doesn't ask for the cost: nothing is counted. */
export const NO_PAYMENT = {
  tally: undefined,
  charged: null,
  settle: (text: string, _tally?: unknown): PaidText => ({ text, headers: undefined }),
  cancel: () => {},
} as const;

export type AnyPayment = Payment | typeof NO_PAYMENT;

/** The points that were taken for an operation, until it is known what it is charged. */
export class Payment {
  /** Counts what the operation is charged for. */
  readonly tally = new Tally();
  /** The points that were charged, once the payment is settled. */
  charged: number | null = null;
  readonly #takenAt: number;
  #isSettled = false;

  constructor(
    private readonly budgets: Budgets,
    private readonly payer: Payer,
    private readonly price: Price,
    private readonly showsCost: boolean,
  ) {
    this.#takenAt = budgets.now();
  }

  /** Charges what was counted, and says so in a response. */
  settle(text: string, tally: Pick<Tally, 'rows' | 'refused'> = this.tally): PaidText {
    const charged = this.price.chargeOf(tally);
    this.charged = charged;
    this.#refund(this.price.cost - charged);
    return { text: this.showsCost ? `${text.slice(0, -1)},"extensions":{"cost":${this.#cost(charged)}}}` : text, headers: this.headers };
  }

  /** Gives all points back, unless the payment is settled: nothing was executed. */
  cancel(): void {
    if (!this.#isSettled) this.#refund(this.price.cost);
  }

  get headers(): Readonly<Record<string, string>> | undefined {
    const { key, limit } = this.payer;
    return limit === null ? undefined : rateLimitHeaders(limit, this.budgets.state(key, limit), this.budgets.now());
  }

  #refund(points: number): void {
    this.#isSettled = true;
    const { key, limit } = this.payer;
    if (points !== 0 && limit !== null) this.budgets.refund(key, points, this.#takenAt);
  }

  #cost(charged: number): string {
    const { key, limit } = this.payer;
    const { remaining, resetAt } = this.budgets.state(key, limit ?? 0);
    return JSON.stringify({ requested: this.price.cost, charged, remaining: limit === null ? null : remaining, resetAt });
  }
}

/**
 * The header fields of draft-ietf-httpapi-ratelimit-headers. It registers the units that a policy
 * may name, and points aren't among them.
 */
export function rateLimitHeaders(
  limit: number,
  { remaining, resetAt }: { readonly remaining: number; readonly resetAt: Date },
  now: number,
): Readonly<Record<string, string>> {
  return {
    'ratelimit-policy': `"cost";q=${limit};w=60`,
    ratelimit: `"cost";r=${remaining};t=${secondsUntil(resetAt, now)}`,
  };
}

/** Whole seconds until a moment, at least 1. */
export const secondsUntil = (moment: Date, now: number): number => Math.max(Math.ceil((moment.getTime() - now) / 1_000), 1);
