import { type Document, operationOf } from './document.ts';
import { RequestError } from './errors.ts';
import { type Result, requestErrorOf, resultOf, type WireResult } from './http.ts';
import { type OpenStream, openStream } from './open-stream.ts';
import type { ClientOptions, RequestOptions } from './options.ts';
import { pauseBefore, type RetryPolicy } from './retry.ts';
import type { Session } from './session.ts';
import { wait } from './wait.ts';

/**
 * An event; or `resync`: from here on nothing is missed, so read the current state now. It comes
 * first, and again when events may have been missed.
 */
export type SubscriptionEvent<Data> = ({ readonly kind: 'next'; readonly id: string | null } & Result<Data>) | { readonly kind: 'resync' };

export type SubscribeOptions = Pick<RequestOptions, 'signal' | 'tenant' | 'operationName'> & {
  /** The id of an event that was received before: continue after it. Takes the place of `after`. */
  readonly lastEventId?: string | null;
  /** How long the stream may be silent before it is opened again, ms. Default: 60,000. */
  readonly idle?: number;
};

const FOREVER = Number.POSITIVE_INFINITY;
const POLICY: RetryPolicy = { retries: FOREVER, firstPause: 1_000, maxPause: 30_000, maxRetryAfter: FOREVER };

/**
 * The events of a subscription. A connection that breaks or ends early is opened again after the
 * last event; a refused token is asked for anew.
 *
 * @throws {RequestError} if it can't go on.
 */
export async function* subscribe<Data>(
  session: Session,
  client: ClientOptions,
  document: Document<Data, never>,
  variables: unknown,
  { operationName, tenant, signal, idle = 60_000, ...options }: SubscribeOptions,
): AsyncGenerator<SubscriptionEvent<Data>, void> {
  const body = JSON.stringify({ ...operationOf(document).body, variables, operationName });
  let policy = { ...POLICY, ...client.retry, retries: FOREVER };
  const onRetry = (firstPause: number) => {
    policy = { ...policy, firstPause };
  };
  let lastEventId = options.lastEventId ?? null;
  let failures = 0;
  let refused: { readonly token: string | null; readonly error: RequestError } | null = null;
  for (;;) {
    const { token, headers } = await session.credentials(tenant, refused?.token ?? null);
    if (refused && token === refused.token) throw refused.error;
    let stream: OpenStream | undefined;
    let retryAfter: number | null = null;
    try {
      stream = await openStream(client, { body, headers, lastEventId, signal, idle, onRetry });
      if (lastEventId === null) yield { kind: 'resync' };
      for await (const { event, id = null, data } of stream.events) {
        if (event === 'complete') return;
        if (event !== 'next') continue;
        const result = resultIn<Data>(data);
        lastEventId = id ?? lastEventId;
        [failures, refused] = [0, null];
        yield { kind: 'next', id, ...result };
      }
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      if (error.code === 'RESYNC' && lastEventId !== null) lastEventId = null;
      else if (error.code === 'UNAUTHENTICATED' && !refused) {
        refused = { token, error };
        continue;
      } else if (!error.isRetryable) throw error;
      ({ retryAfter } = error);
    } finally {
      stream?.close();
    }
    await wait(pauseBefore(failures, retryAfter, policy)!, signal);
    failures += 1;
  }
}

/** The result of an event. @throws {RequestError} if it has none, but the reason of the end. */
function resultIn<Data>(data: string): Result<Data> {
  const result = JSON.parse(data) as WireResult;
  const error = requestErrorOf(result, null);
  if (error) throw error;
  return resultOf(result, null);
}
