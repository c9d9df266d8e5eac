import type { Fetch } from './http.ts';
import type { RetryPolicy } from './retry.ts';

/**
 * Returns a token or an API key; null sends none. It is called for each request: cache the token.
 *
 * @param refused the token that the gateway has refused, for example because it expired; else null.
 */
export type TokenSource = (refused: string | null) => string | null | Promise<string | null>;

export type ClientOptions = {
  /** The endpoint, such as `https://api.example/graphql`. */
  readonly url: string;
  /** A token or an API key, or a function that returns one. */
  readonly token?: string | TokenSource | undefined;
  /** The slug or id of the tenant; an API key has its own. */
  readonly tenant?: string | undefined;
  /** Whether all refusals of a field are one error, with `pattern` and `count`. Default: false. */
  readonly groupRefusals?: boolean;
  /** Whether requests wait that the budget of this minute doesn't suffice for. Default: true. */
  readonly pace?: boolean;
  readonly retry?: Partial<RetryPolicy>;
  /** How long a response may take, ms. Default: 30,000. */
  readonly timeout?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly fetch?: Fetch;
};

export type RequestOptions = {
  readonly signal?: AbortSignal | undefined;
  /** Another tenant than the client's. */
  readonly tenant?: string | undefined;
  readonly operationName?: string | undefined;
  /**
   * The key of a mutation, 16 to 128 visible ASCII characters. Default: a new UUID for each call,
   * the same in its retries. A key of your own also covers a restart of your program.
   */
  readonly idempotencyKey?: string | undefined;
};
