/**
 * When the billing cycle that a moment lies in ends: a calendar month from the day that the plan
 * began, in UTC. One that began on the 31st ends on the last day of a shorter month, and on the
 * 31st again after it (SPEC, settled: time).
 */
export function cycleEnd(since: Date, at: Date): Date {
  const months = (at.getUTCFullYear() - since.getUTCFullYear()) * 12 + at.getUTCMonth() - since.getUTCMonth();
  const candidates = [months, months + 1, months + 2].filter(count => count > 0).map(count => monthsAfter(since, count));
  return candidates.find(end => end > at) ?? monthsAfter(since, 1);
}

/** When the billing cycle that a moment lies in began: {@link cycleEnd}'s other end. */
export function cycleStart(since: Date, at: Date): Date {
  const months = (at.getUTCFullYear() - since.getUTCFullYear()) * 12 + at.getUTCMonth() - since.getUTCMonth();
  const candidates = [months, months - 1].filter(count => count > 0).map(count => monthsAfter(since, count));
  return candidates.find(start => start <= at) ?? since;
}

/**
 * The same day and time so many months later, or the last day of that month where it is shorter.
 */
function monthsAfter(since: Date, months: number): Date {
  const end = new Date(since);
  end.setUTCDate(1);
  end.setUTCMonth(end.getUTCMonth() + months);
  const days = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
  end.setUTCDate(Math.min(since.getUTCDate(), days));
  return end;
}
