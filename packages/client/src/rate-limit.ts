/** A budget of cost points: those of a window, those left, and the milliseconds to its end. */
export type RateLimit = { readonly limit: number; readonly window: number; readonly remaining: number; readonly endsIn: number };

/**
 * Reads `RateLimit-Policy: "cost";q=1000;w=60` and `RateLimit: "cost";r=978;t=59`. An API key with
 * a cap has a second item, `"key"`: the one that leaves less counts.
 */
export function rateLimitIn(headers: Headers): RateLimit | null {
  const items = ['cost', 'key'].flatMap(name => itemIn(headers, name) ?? []);
  return items.sort((a, b) => a.remaining - b.remaining)[0] ?? null;
}

function itemIn(headers: Headers, name: string): RateLimit | null {
  const [, limit, window] = new RegExp(`"${name}";\\s*q=(\\d+);\\s*w=(\\d+)`).exec(headers.get('ratelimit-policy') ?? '') ?? [];
  const [, remaining, seconds] = new RegExp(`"${name}";\\s*r=(\\d+);\\s*t=(\\d+)`).exec(headers.get('ratelimit') ?? '') ?? [];
  if (limit === undefined || remaining === undefined) return null;
  return { limit: Number(limit), window: Number(window) * 1_000, remaining: Number(remaining), endsIn: Number(seconds) * 1_000 };
}
