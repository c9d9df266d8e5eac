/** A budget of cost points: those of a window, those left, and the milliseconds to its end. */
export type RateLimit = { readonly limit: number; readonly window: number; readonly remaining: number; readonly endsIn: number };

/** Reads `RateLimit-Policy: "cost";q=1000;w=60` and `RateLimit: "cost";r=978;t=59`. */
export function rateLimitIn(headers: Headers): RateLimit | null {
  const [, limit, window] = /"cost";\s*q=(\d+);\s*w=(\d+)/.exec(headers.get('ratelimit-policy') ?? '') ?? [];
  const [, remaining, seconds] = /"cost";\s*r=(\d+);\s*t=(\d+)/.exec(headers.get('ratelimit') ?? '') ?? [];
  if (limit === undefined || remaining === undefined) return null;
  return { limit: Number(limit), window: Number(window) * 1_000, remaining: Number(remaining), endsIn: Number(seconds) * 1_000 };
}
