const DAY = 86_400_000;

/** The dates of the last 30 days in UTC, as `2026-11-24`; the last is today. */
const DAYS: readonly string[] = Array.from({ length: 30 }, (_, at) => new Date(Date.now() - (29 - at) * DAY).toISOString().slice(0, 10));

export const FROM = `${DAYS[0]}T00:00:00Z`;

/** An item for each of these days, also for those that the gateway leaves out. */
export function everyDay<Item extends { readonly day: string }>(items: readonly Item[]): readonly (readonly [string, Item | undefined])[] {
  const byDay = new Map(items.map(item => [item.day, item]));
  return DAYS.map(day => [day, byDay.get(day)]);
}
