import type { EventSourceMessage } from 'eventsource-parser';
import { RequestError } from './errors.ts';
import { eventsIn, within } from './event-stream.ts';
import { connectionFailed, readResult, requestErrorOf, send } from './http.ts';
import type { ClientOptions } from './options.ts';

export type StreamRequest = {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly lastEventId: string | null;
  readonly signal: AbortSignal | undefined;
  /** How long the stream may be silent, ms. */
  readonly idle: number;
  readonly onRetry: (ms: number) => void;
};

/** An open stream of events. `close` ends it, also before its end. */
export type OpenStream = { readonly events: AsyncGenerator<EventSourceMessage, void>; close(): void };

/** Opens a stream. @throws {RequestError} if it is refused; reading throws one if it breaks. */
export async function openStream(
  { url, fetch = globalThis.fetch, timeout = 30_000 }: ClientOptions,
  { body, headers, lastEventId, signal, idle, onRetry }: StreamRequest,
): Promise<OpenStream> {
  const closing = new AbortController();
  const close = () => closing.abort();
  const until = AbortSignal.any([closing.signal, ...(signal ? [signal] : [])]);
  try {
    const all = { ...headers, accept: 'text/event-stream', ...(lastEventId !== null && { 'last-event-id': lastEventId }) };
    const response = await within(timeout, send(fetch, url, { headers: all, body, signal: until }, signal));
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream');
    if (!response.body || !isStream) throw await refusalIn(response, url);
    return { events: withRequestErrors(eventsIn(response.body, { onRetry, idle }), url, signal), close };
  } catch (error) {
    close();
    throw requestError(error, url, signal);
  }
}

async function refusalIn(response: Response, url: string): Promise<RequestError> {
  const error = requestErrorOf(await readResult(response, url), response.status, response.headers);
  return error ?? new RequestError(`${url} doesn't stream this operation.`, { code: 'INVALID_RESPONSE', status: response.status });
}

async function* withRequestErrors<Value>(values: AsyncGenerator<Value, void>, url: string, signal: AbortSignal | undefined) {
  try {
    yield* values;
  } catch (error) {
    throw requestError(error, url, signal);
  }
}

const requestError = (error: unknown, url: string, signal: AbortSignal | undefined): unknown =>
  error instanceof RequestError ? error : connectionFailed(url, error, signal);
