import { RequestError } from './errors.ts';
import { type FieldError, fieldErrorOf, type WireError } from './field-error.ts';

/** The body of a GraphQL response, or of one event of a subscription. */
export type WireResult = {
  readonly data?: unknown;
  readonly errors?: readonly WireError[];
  readonly extensions?: { readonly cost?: { readonly requested?: unknown } };
};

/** A response with data; fields that were refused or failed are null and have an error. */
export type Result<Data> = { readonly data: Data | null; readonly errors: readonly FieldError[]; readonly requestId: string | null };

/** How requests are sent: `fetch` itself, unless another function is given. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The status codes of proxies that couldn't reach the gateway. */
const UNREACHED = [502, 503, 504];

/** Sends a request. @throws {RequestError} CONNECTION_FAILED; the reason of an aborted signal. */
export async function send(fetch: Fetch, url: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { method: 'POST', ...init });
  } catch (error) {
    throw connectionFailed(url, error, signal);
  }
}

/** Reads a response. @throws {RequestError} INVALID_RESPONSE, CONNECTION_FAILED. */
export async function readResult(response: Response, url: string, signal?: AbortSignal): Promise<WireResult> {
  const { status } = response;
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    throw connectionFailed(url, error, signal);
  }
  const result = parse(text);
  if (result && ('data' in result || 'errors' in result)) return result;
  const code = UNREACHED.includes(status) ? 'UNAVAILABLE' : 'INVALID_RESPONSE';
  const message = `${url} answered ${status} without a GraphQL response.`;
  throw new RequestError(message, { code, status, retryAfter: retryAfterIn(response.headers) });
}

/** A result as the client shows it. */
export const resultOf = <Data>({ data, errors = [] }: WireResult, requestId: string | null): Result<Data> => ({
  data: (data ?? null) as Data | null,
  errors: errors.map(fieldErrorOf),
  requestId,
});

/** The error of a result without data; null if it has data. */
export function requestErrorOf(result: WireResult, status: number | null, headers?: Headers): RequestError | null {
  const [first] = result.errors ?? [];
  if (result.data !== undefined || !first) return null;
  const error = fieldErrorOf(first);
  return new RequestError(error.message, {
    code: error.code,
    status,
    requestId: error.requestId,
    details: error.kind === 'failure' ? error.details : {},
    refusal: error.kind === 'refusal' ? error : null,
    retryAfter: headers ? retryAfterIn(headers) : null,
  });
}

/** The error of a request or stream that broke; the signal's reason if the caller aborted it. */
export function connectionFailed(url: string, cause: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  return new RequestError(`No response from ${url}.`, { code: 'CONNECTION_FAILED', status: null, cause });
}

/** The seconds of `Retry-After`, which is a number or a date. */
function retryAfterIn(headers: Headers): number | null {
  const value = headers.get('retry-after');
  if (value === null) return null;
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1_000;
  return Number.isNaN(seconds) ? null : Math.max(seconds, 0);
}

function parse(text: string): WireResult | null {
  try {
    const value = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
