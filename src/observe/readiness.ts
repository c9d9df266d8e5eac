import { within } from './within.ts';

/** The checks of `/readyz?verbose`. Each resolves to what it found, or throws. */
export type Checks = Readonly<Record<string, Check>>;
export type Check = {
  /** Whether the process isn't ready while the check fails. */
  readonly isRequired: boolean;
  readonly run: () => Promise<string>;
};

/** What a check found. `ms` is how long it took. */
export type CheckResult = { readonly ok: boolean; readonly required: boolean; readonly found: string; readonly ms: number };

export type Readiness = { readonly status: 'ready' | 'not ready'; readonly checks: Readonly<Record<string, CheckResult>> };

/** How long a check may take, ms. */
const WAIT_MS = 5_000;

/** Runs all checks at once. */
export async function readiness(checks: Checks): Promise<Readiness> {
  const results = await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await result(check)] as const));
  const isReady = results.every(([, { ok, required }]) => ok || !required);
  return { status: isReady ? 'ready' : 'not ready', checks: Object.fromEntries(results) };
}

async function result({ isRequired: required, run }: Check): Promise<CheckResult> {
  const began = performance.now();
  const [ok, found] = await within(WAIT_MS, run()).then(
    text => [true, text] as const,
    (error: unknown) => [false, reasonOf(error)] as const,
  );
  return { ok, required, found, ms: Math.round(performance.now() - began) };
}

/** An error's message, of all the errors inside for one that has several or none of its own. */
function reasonOf(error: unknown): string {
  const { message, code, cause } = error as { message?: string; code?: string; cause?: unknown };
  const own = message || code || 'failed';
  return cause instanceof Error ? `${own}: ${reasonOf(cause)}` : own;
}
