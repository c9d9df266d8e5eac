import { setTimeout as sleep } from 'node:timers/promises';
import { endOf, minuteOf } from '../../src/http/budget/budgets.ts';

/** How much of a minute has to be left, ms, for a budget to be spent within it. */
const ROOM_MS = 20_000;

/**
 * Spends a budget within one minute of the clock. A minute that ends meanwhile leaves the next
 * one's budget partly spent too, so `spend` runs again in the minute after that.
 */
export async function withinOneMinute<Result>(spend: () => Promise<Result>): Promise<Result> {
  for (;;) {
    if (endOf(minuteOf(Date.now())).getTime() - Date.now() < ROOM_MS) await nextMinute();
    const minute = minuteOf(Date.now());
    const result = await spend();
    if (minute === minuteOf(Date.now())) return result;
    await nextMinute();
  }
}

async function nextMinute(): Promise<void> {
  const end = endOf(minuteOf(Date.now())).getTime();
  while (Date.now() < end) await sleep(100);
}
