/** When a failed request is sent again. Times are in milliseconds. */
export type RetryPolicy = {
  /** How often at most, after the first attempt. */
  readonly retries: number;
  /** The longest first pause. It doubles with each retry, up to `maxPause`. */
  readonly firstPause: number;
  readonly maxPause: number;
  /** The longest `Retry-After` that is waited for; the gateway's budget starts anew each minute. */
  readonly maxRetryAfter: number;
};

export const RETRY_POLICY: RetryPolicy = { retries: 4, firstPause: 250, maxPause: 10_000, maxRetryAfter: 65_000 };

/**
 * The pause before a retry in milliseconds: random, so that clients that failed together don't
 * return together. Null if there is none.
 *
 * @param retried how often the request was retried before.
 * @param retryAfter the seconds of `Retry-After`.
 */
export function pauseBefore(retried: number, retryAfter: number | null, policy: RetryPolicy): number | null {
  const required = (retryAfter ?? 0) * 1_000;
  if (retried >= policy.retries || required > policy.maxRetryAfter) return null;
  return required + Math.random() * Math.min(policy.maxPause, policy.firstPause * 2 ** retried);
}
