import { RETRYABLE } from './catalogue.ts';
import { type AnyDocument, type Document, operationOf } from './document.ts';
import { RequestError } from './errors.ts';
import { type Result, readResult, requestErrorOf, resultOf, send } from './http.ts';
import type { ClientOptions, RequestOptions } from './options.ts';
import { Pacer } from './pacer.ts';
import { rateLimitIn } from './rate-limit.ts';
import { pauseBefore, RETRY_POLICY } from './retry.ts';
import type { Session } from './session.ts';
import { wait } from './wait.ts';

const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';
const TIMEOUT = 30_000;

/** A request: its body, its name for the pacer, and the headers that each retry repeats. */
type Prepared = { readonly body: string; readonly name: string; readonly headers: Readonly<Record<string, string>> };
type Outcome<Data> = { readonly result: Result<Data> } | { readonly error: RequestError };

/** Sends queries and mutations: paced, with idempotency keys, and again where that helps. */
export class Requests {
  readonly #pacer = new Pacer();

  constructor(
    private readonly options: ClientOptions,
    private readonly session: Session,
  ) {}

  /** @throws {RequestError} if the whole request failed. */
  async send<Data>(document: Document<Data, never>, variables: unknown, options: RequestOptions): Promise<Result<Data>> {
    const request = this.#prepare(document, variables, options);
    const policy = { ...RETRY_POLICY, ...this.options.retry };
    for (let retried = 0; ; retried += 1) {
      const outcome = await this.#attempt<Data>(request, options);
      const retryAfter = 'error' in outcome ? outcome.error.retryAfter : null;
      const pause = isRetryable(outcome) ? pauseBefore(retried, retryAfter, policy) : null;
      if (pause !== null) await wait(pause, options.signal);
      else if ('error' in outcome) throw outcome.error;
      else return outcome.result;
    }
  }

  #prepare(document: AnyDocument, variables: unknown, { idempotencyKey, operationName }: RequestOptions): Prepared {
    const { body, mayChange } = operationOf(document);
    const key = idempotencyKey ?? (mayChange ? crypto.randomUUID() : undefined);
    return {
      body: JSON.stringify({ ...body, variables, operationName }),
      name: 'query' in body ? body.query : body.documentId,
      headers: { accept: ACCEPT, ...(key !== undefined && { 'idempotency-key': key }), ...(this.#paces && { 'x-cost': '1' }) },
    };
  }

  get #paces(): boolean {
    return this.options.pace ?? true;
  }

  /** Sends a request once the budget suffices. */
  async #attempt<Data>(request: Prepared, options: RequestOptions): Promise<Outcome<Data>> {
    if (!this.#paces) return await this.#authorized(request, options);
    const points = await this.#pacer.take(request.name, options.signal);
    try {
      return await this.#authorized(request, options);
    } finally {
      this.#pacer.release(points);
    }
  }

  /** Sends a request, and once more if its token was refused and there is a new one. */
  async #authorized<Data>(request: Prepared, { signal, tenant }: RequestOptions): Promise<Outcome<Data>> {
    const { token, headers } = await this.session.credentials(tenant, null);
    const outcome = await this.#post<Data>(request, headers, signal);
    if (token === null || !('error' in outcome) || outcome.error.code !== 'UNAUTHENTICATED') return outcome;
    const renewed = await this.session.credentials(tenant, token);
    return renewed.token === token ? outcome : await this.#post(request, renewed.headers, signal);
  }

  async #post<Data>({ body, name, headers: own }: Prepared, headers: object, signal?: AbortSignal): Promise<Outcome<Data>> {
    const { url, fetch = globalThis.fetch, timeout = TIMEOUT } = this.options;
    const until = AbortSignal.any([AbortSignal.timeout(timeout), ...(signal ? [signal] : [])]);
    try {
      const response = await send(fetch, url, { headers: { ...headers, ...own }, body, signal: until }, signal);
      const wire = await readResult(response, url, signal);
      const error = requestErrorOf(wire, response.status, response.headers);
      this.#pacer.note(name, rateLimitIn(response.headers), error ? error.details.requested : wire.extensions?.cost?.requested);
      return error ? { error } : { result: resultOf(wire, response.headers.get('x-request-id')) };
    } catch (error) {
      if (error instanceof RequestError) return { error };
      throw error;
    }
  }
}

const isRetryable = (outcome: Outcome<unknown>): boolean =>
  'error' in outcome ? outcome.error.isRetryable : outcome.result.errors.some(({ code }) => RETRYABLE.includes(code));
