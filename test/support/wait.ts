import { vi } from 'vitest';

/** How long a condition may take on a busy machine, ms; vitest's own waits end after a second. */
const PATIENCE = 60_000;

/** Waits until a condition holds. `interval` is the pause between two looks, ms. */
export const waitUntil = <T>(condition: () => T | Promise<T>, interval = 20) => vi.waitUntil(condition, { timeout: PATIENCE, interval });

/** Waits until a check doesn't throw, and returns what it returns. */
export const waitFor = <T>(check: () => T | Promise<T>, interval = 20) => vi.waitFor(check, { timeout: PATIENCE, interval });
