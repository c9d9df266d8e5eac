import type { DoctorConfig } from '../config.ts';

/**
 * `wrong`: it doesn't work, or wouldn't isolate tenants. `unchecked`: nobody knows, because
 * something isn't reachable. `skipped`: this process doesn't need it.
 */
export type Outcome = 'ok' | 'wrong' | 'unchecked' | 'skipped';

/** What a check has found. `fix` is the command or the setting that helps. */
export type Finding = { readonly check: string; readonly outcome: Outcome; readonly what: string; readonly fix?: string };

/** Related checks. What they throw becomes an `unchecked` finding; `signal` ends them. */
export type Group = {
  readonly name: string;
  readonly run: (config: DoctorConfig, signal: AbortSignal) => Promise<readonly Finding[]>;
};

export const ok = (check: string, what: string): Finding => ({ check, outcome: 'ok', what });
export const wrong = (check: string, what: string, fix: string): Finding => ({ check, outcome: 'wrong', what, fix });
export const unchecked = (check: string, what: string, fix: string): Finding => ({ check, outcome: 'unchecked', what, fix });
export const skipped = (check: string, what: string): Finding => ({ check, outcome: 'skipped', what });

/** The text of an error, also of one that is only a code. */
export const reason = (error: unknown): string => {
  const { message, code, cause } = error as { message?: string; code?: string; cause?: unknown };
  if (cause && message === 'fetch failed') return reason(cause);
  return (message || code || String(error)).replace(/\.$/, '');
};
