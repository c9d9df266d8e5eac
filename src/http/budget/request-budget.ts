import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProvenKey } from '../../domain/api-key/sign-in.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import type { Context, RateLimit, UnconfirmedContext } from '../../graphql/core/context.ts';
import type { Budgets } from './budgets.ts';
import type { Catalogue } from './catalogue.ts';
import { type Payer, type PayerState, rateLimitHeaders, secondsUntil, stateOf, takeFrom } from './payer.ts';
import { type AnyPayment, NO_PAYMENT, Payment, type Price } from './payment.ts';

/** What all requests share: the budgets, and who pays where no tenant does. */
export type BudgetOptions = {
  readonly budgets: Budgets;
  readonly catalogue: Catalogue;
  /** Points a minute of a person, or of an address, without a tenant; null: no one is limited. */
  readonly withoutTenant: number | null;
  readonly addressOf: (request: IncomingMessage) => string;
};

type PayingContext = Pick<Context, 'grant' | 'profile' | 'costLimit' | 'apiKey'>;

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

  /** Who has a turn in the queue of requests: the tenant, or the caller without one. */
  owner({ grant, profile }: Pick<Context, 'grant' | 'profile'>): string {
    return grant.tenantAccess?.tenantId ?? profile?.subject ?? this.options.addressOf(this.request);
  }

  /** What is left to the caller. */
  rateLimit(context: PayingContext): RateLimit {
    const { limit, remaining, resetAt } = stateOf(this.options.budgets, this.#payerOf(context));
    return { limit, remaining: limit === null ? null : remaining, resetAt };
  }

  /** Takes the cost of an operation from the caller's budget; null if too few points are left. */
  take(context: PayingContext | UnconfirmedContext, price: Price): AnyPayment | null | Promise<Payment | null> {
    const { budgets } = this.options;
    const payer = this.#payerOf(context);
    if (payer.limit === null && !payer.cap && !this.#showsCost) return NO_PAYMENT;
    const takenAt = budgets.now();
    const taken = takeFrom(budgets, payer, price.cost, takenAt);
    const payment = (isTaken: boolean) => (isTaken ? new Payment(budgets, payer, price, this.#showsCost, takenAt) : null);
    return typeof taken === 'boolean' ? payment(taken) : taken.then(payment);
  }

  /**
   * {@link take}, or the refusal.
   *
   * @throws {GatewayError} COST_TOO_HIGH for an operation that costs more than the whole budget, or
   * than the cap of the API key; RATE_LIMITED.
   */
  async charge(context: Context, price: Price): Promise<AnyPayment> {
    const { cost } = price;
    const payer = this.#payerOf(context);
    const { limit, cap } = payer;
    const isTooHigh = (points: number | null | undefined): points is number => typeof points === 'number' && cost > points;
    if (isTooHigh(limit)) throw await this.#tooHigh(context, limit, cost, false);
    if (isTooHigh(cap?.limit)) throw await this.#tooHigh(context, cap.limit, cost, true);
    const payment = await this.take(context, price);
    if (payment) return payment;
    throw await this.#usedUp(context, payer, cost);
  }

  async #tooHigh(context: Context, limit: number, cost: number, isCap: boolean): Promise<GatewayError> {
    const plans = await this.#plansAbove(context, cost - 1, isCap);
    const message = `The operation costs up to ${cost} points; ${isCap ? 'the cap of this API key' : 'the budget of a minute'} is ${limit}. Ask for smaller pages or fewer fields.`;
    return new GatewayError('COST_TOO_HIGH', message, { requested: cost, limit, plans, ...capDetail(isCap) });
  }

  async #usedUp(context: Context, payer: Payer, cost: number): Promise<GatewayError> {
    const { budgets } = this.options;
    const at = budgets.now();
    const { limit, remaining, resetAt, isCap } = stateOf(budgets, payer, at) as PayerState & { readonly limit: number };
    const retryAfter = secondsUntil(resetAt, at);
    const message = `The operation costs up to ${cost} points; ${remaining} of ${limit} are left ${isCap ? 'to this API key, by its cap, ' : ''}in this minute. Try again in ${retryAfter} s.`;
    for (const [name, value] of Object.entries(rateLimitHeaders(budgets, payer) ?? {})) this.response.setHeader(name, value);
    const plans = await this.#plansAbove(context, limit, isCap);
    return new GatewayError('RATE_LIMITED', message, {
      requested: cost,
      limit,
      remaining,
      resetAt,
      retryAfter,
      plans,
      ...capDetail(isCap),
    });
  }

  /** The plans with a larger budget. None helps against a cap. */
  async #plansAbove({ grant, work }: Context, limit: number, isCap: boolean) {
    if (!grant.tenantAccess || isCap) return [];
    const plans = await this.options.catalogue(work.db);
    return plans.filter(({ costPointsPerMinute: points }) => points === null || points > limit);
  }

  #payerOf({ grant: { tenantAccess }, profile, costLimit, apiKey }: PayingContext | UnconfirmedContext): Payer {
    const { withoutTenant, addressOf } = this.options;
    if (withoutTenant === null) return { key: '', limit: null };
    if (apiKey) return { key: apiKey.tenantId, limit: costLimit, cap: capOf(apiKey) };
    if (tenantAccess) return { key: tenantAccess.tenantId, limit: costLimit };
    const key = profile ? `person ${profile.issuer} ${profile.subject}` : `address ${addressOf(this.request)}`;
    return { key, limit: withoutTenant };
  }
}

const capOf = ({ id, costCap }: ProvenKey) => (costCap === null ? undefined : { key: `key ${id}`, limit: costCap });

const capDetail = (isCap: boolean) => isCap && { cap: 'API_KEY' };
