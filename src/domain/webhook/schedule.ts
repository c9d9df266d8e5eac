const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000];

/**
 * The pauses between the tries of an event, ms: 72 hours together (SPEC E2). They count tries and
 * not hours, so that a webhook isn't disabled for a time in which nothing was sent.
 */
const PAUSES: readonly number[] = [
  ...[5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR],
  ...[20 * HOUR + 24 * MINUTE + 55 * SECOND],
];

/** How often an event is tried before its webhook is disabled. */
export const MAX_TRIES = PAUSES.length + 1;

/**
 * After how long a try that broke off with its process is repeated, ms: longer than any try takes.
 */
const BROKEN_OFF = 30 * SECOND;

const after = (moment: Date, ms: number): Date => new Date(moment.getTime() + ms);

/** When to try again, after so many tries; null after the last. */
export const retryAt = (tries: number, now: Date): Date | null => (tries < MAX_TRIES ? after(now, PAUSES[tries - 1]!) : null);

/** When a try that begins now is repeated, if nothing is heard of it. */
export const repeatAt = (now: Date): Date => after(now, BROKEN_OFF);

/**
 * Failures of a receiver after which nothing more is tried for a while, and the longest pause, ms.
 */
const [FAILURES, LONGEST] = [5, 15 * MINUTE];

/**
 * Until when nothing is sent to a receiver after so many failures in a row, so that one that is
 * away doesn't take the worker's time; null: no pause. It doubles with each failure.
 */
export const pausedUntil = (failures: number, now: Date): Date | null =>
  failures < FAILURES ? null : after(now, Math.min(5 * SECOND * 2 ** Math.min(failures - FAILURES, 20), LONGEST));
