import { type ErrorCode, RETRYABLE } from './catalogue.ts';
import type { FieldError, Refusal, UnknownCode } from './field-error.ts';

/** No response arrived, in time or at all; or the response isn't one of the gateway. */
export type TransportCode = 'CONNECTION_FAILED' | 'INVALID_RESPONSE';

export type RequestErrorInit = {
  readonly code: ErrorCode | TransportCode | UnknownCode;
  readonly status: number | null;
  readonly requestId?: string | null;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly refusal?: Refusal | null;
  readonly retryAfter?: number | null;
  readonly cause?: unknown;
};

/** The whole request failed: there are no data. */
export class RequestError extends Error {
  override name = 'RequestError';
  readonly code: ErrorCode | TransportCode | UnknownCode;
  /** The HTTP status; null if no response arrived. */
  readonly status: number | null;
  readonly requestId: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  /** Why the request was refused, if it was for the tenant's status. */
  readonly refusal: Refusal | null;
  /** The seconds of `Retry-After`. */
  readonly retryAfter: number | null;

  constructor(
    message: string,
    { code, status, requestId = null, details = {}, refusal = null, retryAfter = null, cause }: RequestErrorInit,
  ) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.requestId = requestId;
    this.details = details;
    this.refusal = refusal;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may succeed within a minute. */
  get isRetryable(): boolean {
    return this.code === 'CONNECTION_FAILED' || RETRYABLE.includes(this.code);
  }
}

/** Some fields of a response failed or were refused; `data` has the others. */
export class ResponseError extends Error {
  override name = 'ResponseError';

  constructor(
    readonly errors: readonly FieldError[],
    readonly data: unknown,
  ) {
    super(errors.map(({ message }) => message).join(' '));
  }
}
