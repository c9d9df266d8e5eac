/** Why a read that could go to a standby ran on the primary. */
export const STANDBY_REASONS = ['skipped', 'behind', 'unsuitable', 'failed', 'crossing', 'no-position'] as const;
export type StandbyReason = (typeof STANDBY_REASONS)[number];

/**
 * A read that a standby didn't answer; the primary answers it. It has no SQLSTATE, so that nothing
 * takes it for a fault of the statement.
 */
export class StandbyReadError extends Error {
  override name = 'StandbyReadError';

  constructor(
    readonly reason: StandbyReason,
    message: string,
  ) {
    super(message);
  }
}

/** What went wrong, in one line. */
export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message || String((error as { code?: unknown }).code) : String(error);
