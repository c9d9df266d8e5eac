import type { IncomingMessage, ServerResponse } from 'node:http';
import { GatewayError } from '../../domain/core/errors.ts';
import type { Context, RateLimit, UnconfirmedContext } from '../../graphql/core/context.ts';
import type { Budgets } from './budgets.ts';
import type { Catalogue } from './catalogue.ts';
import { type AnyPayment, NO_PAYMENT, type Payer, Payment, type Price, rateLimitHeaders, secondsUntil } from './payment.ts';

/** What all requests share: the budgets, and who pays where no tenant does. */
export type BudgetOptions = {
  readonly budgets: Budgets;
  readonly catalogue: Catalogue;
  /** Points a minute of a person, or of an address, without a tenant; null: no one is limited. */
  readonly withoutTenant: number | null;
  readonly addressOf: (request: IncomingMessage) => string;
};

type PayingContext = Pick<Context, 'grant' | 'profile' | 'costLimit'>;

/** The budget that a request is charged to (SPEC G7). */
export class RequestBudget {
  readonly #showsCost: boolean;

  /** @throws {GatewayError} BAD_REQUEST for an unknown `X-Cost`. */
  constructor(
    private readonly options: BudgetOptions,
    private readonly request: IncomingMessage,
    private readonly response: ServerResponse,
  ) {
    const cost = request.headers['x-cost'];
    if (cost !== undefined && cost !== '1') throw new GatewayError('BAD_REQUEST', 'The header `X-Cost` takes `1` only.');
    this.#showsCost = cost !== undefined;
  }

  /** What is left to the caller. */
  rateLimit(context: PayingContext): RateLimit {
    const { key, limit } = this.#payerOf(context);
    const { remaining, resetAt } = this.options.budgets.state(key, limit ?? 0);
    return { limit, remaining: limit === null ? null : remaining, resetAt };
  }

  /** Takes the cost of an operation from the caller's budget; null if too few points are left. */
  take(context: PayingContext | UnconfirmedContext, price: Price): AnyPayment | null | Promise<Payment | null> {
    const { budgets } = this.options;
    const payer = this.#payerOf(context);
    if (payer.limit === null && !this.#showsCost) return NO_PAYMENT;
    const taken = payer.limit === null || budgets.take(payer.key, payer.limit, price.cost);
    const payment = (isTaken: boolean) => (isTaken ? new Payment(budgets, payer, price, this.#showsCost) : null);
    return typeof taken === 'boolean' ? payment(taken) : taken.then(payment);
  }

  /**
   * {@link take}, or the refusal.
   *
   * @throws {GatewayError} COST_TOO_HIGH for an operation that costs more than the whole budget;
   * RATE_LIMITED.
   */
  async charge(context: Context, price: Price): Promise<AnyPayment> {
    const { cost } = price;
    const { key, limit } = this.#payerOf(context);
    const payment = limit !== null && cost > limit ? null : await this.take(context, price);
    if (payment) return payment;
    throw cost > limit! ? await this.#tooHigh(context, limit!, cost) : await this.#usedUp(context, key, limit!, cost);
  }

  async #tooHigh(context: Context, limit: number, cost: number): Promise<GatewayError> {
    const plans = await this.#plansAbove(context, cost - 1);
    const message = `The operation costs up to ${cost} points; the budget of a minute is ${limit}. Ask for smaller pages or fewer fields.`;
    return new GatewayError('COST_TOO_HIGH', message, { requested: cost, limit, plans });
  }

  async #usedUp(context: Context, key: string, limit: number, cost: number): Promise<GatewayError> {
    const { budgets } = this.options;
    const state = budgets.state(key, limit);
    const retryAfter = secondsUntil(state.resetAt, budgets.now());
    const message = `The operation costs up to ${cost} points; ${state.remaining} of ${limit} are left in this minute. Try again in ${retryAfter} s.`;
    for (const [name, value] of Object.entries(rateLimitHeaders(limit, state, budgets.now()))) this.response.setHeader(name, value);
    const plans = await this.#plansAbove(context, limit);
    return new GatewayError('RATE_LIMITED', message, { requested: cost, limit, ...state, retryAfter, plans });
  }

  async #plansAbove({ grant, work }: Context, limit: number) {
    if (!grant.tenantAccess) return [];
    const plans = await this.options.catalogue(work.db);
    return plans.filter(({ costPointsPerMinute: points }) => points === null || points > limit);
  }

  #payerOf({ grant: { tenantAccess }, profile, costLimit }: PayingContext | UnconfirmedContext): Payer {
    const { withoutTenant, addressOf } = this.options;
    if (withoutTenant === null) return { key: '', limit: null };
    if (tenantAccess) return { key: tenantAccess.tenantId, limit: costLimit };
    const key = profile ? `person ${profile.issuer} ${profile.subject}` : `address ${addressOf(this.request)}`;
    return { key, limit: withoutTenant };
  }
}
