import { Tally } from '../../executor/tally.ts';
import type { Budgets } from './budgets.ts';
import { type Payer, rateLimitHeaders, refundTo, stateOf } from './payer.ts';

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
  #isSettled = false;

  constructor(
    private readonly budgets: Budgets,
    private readonly payer: Payer,
    private readonly price: Price,
    private readonly showsCost: boolean,
    private readonly takenAt: number,
  ) {}

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
    return rateLimitHeaders(this.budgets, this.payer);
  }

  #refund(points: number): void {
    this.#isSettled = true;
    refundTo(this.budgets, this.payer, points, this.takenAt);
  }

  #cost(charged: number): string {
    const { limit, remaining, resetAt } = stateOf(this.budgets, this.payer);
    return JSON.stringify({ requested: this.price.cost, charged, remaining: limit === null ? null : remaining, resetAt });
  }
}
