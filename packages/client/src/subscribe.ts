import { type Document, operationOf } from './document.ts';
import { RequestError } from './errors.ts';
import { eventsIn, within } from './event-stream.ts';
import { connectionFailed, type Result, readResult, requestErrorOf, resultOf, send, type WireResult } from './http.ts';
import type { ClientOptions, RequestOptions } from './options.ts';
import { pauseBefore, type RetryPolicy } from './retry.ts';
import type { Credentials, Session } from './session.ts';
import { wait } from './wait.ts';

/** An event; or `resync`: events may have been missed, so read the present state again. */
export type SubscriptionEvent<Data> =
  | ({ readonly kind: 'next'; readonly id: string | null } & Result<Data>)
  | { readonly kind: 'resync'; readonly id: string | null };

export type SubscribeOptions = Pick<RequestOptions, 'signal' | 'tenant' | 'operationName'> & {
  /** The id of an event that was received before: continue behind it. */
  readonly lastEventId?: string | null;
  /** How long the stream may be silent before it is opened again, ms. Default: 60,000. */
  readonly idle?: number;
};

const POLICY: RetryPolicy = {
  retries: Number.POSITIVE_INFINITY,
  firstPause: 500,
  maxPause: 30_000,
  maxRetryAfter: Number.POSITIVE_INFINITY,
};

type Subscription = { readonly body: string; readonly client: ClientOptions; readonly options: SubscribeOptions };

/**
 * The events of a subscription. A connection that breaks or ends early is opened again behind the
 * last event; a refused token is asked for anew.
 *
 * @throws {RequestError} if it can't go on.
 */
export async function* subscribe<Data>(
  session: Session,
  client: ClientOptions,
  document: Document<Data, never>,
  variables: unknown,
  options: SubscribeOptions,
): AsyncGenerator<SubscriptionEvent<Data>, void> {
  const { operationName, tenant, signal } = options;
  const body = JSON.stringify({ ...operationOf(document).body, variables, operationName });
  let lastEventId = options.lastEventId ?? null;
  let policy = { ...POLICY, ...client.retry, retries: POLICY.retries };
  let failures = 0;
  let refused: { readonly token: string | null; readonly error: RequestError } | null = null;
  const onRetry = (firstPause: number) => {
    policy = { ...policy, firstPause };
  };
  for (;;) {
    const credentials = await session.credentials(tenant, refused?.token ?? null);
    if (refused && credentials.token === refused.token) throw refused.error;
    let retryAfter: number | null = null;
    try {
      for await (const { event, id = null, data } of connect({ body, client, options }, credentials, lastEventId, onRetry)) {
        if (event === 'complete') return;
        if (event !== 'next') continue;
        const result = read(data);
        lastEventId = id ?? lastEventId;
        [failures, refused] = [0, null];
        yield* shown<Data>(result, id);
      }
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.code === 'UNAUTHENTICATED' && !refused) {
        refused = { token: credentials.token, error };
        continue;
      }
      if (!error.isRetryable) throw error;
      ({ retryAfter } = error);
    }
    await wait(pauseBefore(failures, retryAfter, policy)!, signal);
    failures += 1;
  }
}

/** Opens the stream and reads its events, until it ends. */
async function* connect(
  { body, client: { url, fetch = globalThis.fetch, timeout = 30_000 }, options: { signal, idle = 60_000 } }: Subscription,
  { headers }: Credentials,
  lastEventId: string | null,
  onRetry: (ms: number) => void,
) {
  const ending = new AbortController();
  const until = AbortSignal.any([ending.signal, ...(signal ? [signal] : [])]);
  try {
    const all = { ...headers, accept: 'text/event-stream', ...(lastEventId !== null && { 'last-event-id': lastEventId }) };
    const response = await within(timeout, send(fetch, url, { headers: all, body, signal: until }, signal));
    if (!response.body || !response.headers.get('content-type')?.startsWith('text/event-stream')) throw await refusal(response, url);
    yield* eventsIn(response.body, { onRetry, idle });
  } catch (error) {
    throw error instanceof RequestError ? error : connectionFailed(url, error, signal);
  } finally {
    ending.abort();
  }
}

async function refusal(response: Response, url: string): Promise<RequestError> {
  const error = requestErrorOf(await readResult(response, url), response.status, response.headers);
  return error ?? new RequestError(`${url} doesn't stream this operation.`, { code: 'INVALID_RESPONSE', status: response.status });
}

/** The result of an event. @throws {RequestError} if it has no data, but for RESYNC. */
function read(data: string): WireResult {
  const result = JSON.parse(data) as WireResult;
  const error = requestErrorOf(result, null);
  if (error && error.code !== 'RESYNC') throw error;
  return result;
}

function* shown<Data>(wire: WireResult, id: string | null): Generator<SubscriptionEvent<Data>, void> {
  const result = resultOf<Data>(wire, null);
  const errors = result.errors.filter(({ code }) => code !== 'RESYNC');
  if (errors.length < result.errors.length) yield { kind: 'resync', id };
  if (result.data !== null || errors.length) yield { kind: 'next', id, ...result, errors };
}
