/**
 * The end of the billing cycle that contains a moment: calendar months from the day the plan began,
 * in UTC. A plan that began on the 31st has cycles that end on the last day of shorter months, and
 * on the 31st of longer ones.
 */
export function cycleEnd(since: Date, at: Date): Date {
  const months = (at.getUTCFullYear() - since.getUTCFullYear()) * 12 + at.getUTCMonth() - since.getUTCMonth();
  const candidates = [months, months + 1, months + 2].filter(count => count > 0).map(count => monthsAfter(since, count));
  return candidates.find(end => end > at) ?? monthsAfter(since, 1);
}

/** The start of the billing cycle that contains a moment. */
export function cycleStart(since: Date, at: Date): Date {
  const months = (at.getUTCFullYear() - since.getUTCFullYear()) * 12 + at.getUTCMonth() - since.getUTCMonth();
  const candidates = [months, months - 1].filter(count => count > 0).map(count => monthsAfter(since, count));
  return candidates.find(start => start <= at) ?? since;
}

/** The same day and time some months later, or the last day of that month if it is shorter. */
function monthsAfter(since: Date, months: number): Date {
  const end = new Date(since);
  end.setUTCDate(1);
  end.setUTCMonth(end.getUTCMonth() + months);
  const days = new Date(Date.UTC(end.getUTCFullYear(), end.getUTCMonth() + 1, 0)).getUTCDate();
  end.setUTCDate(Math.min(since.getUTCDate(), days));
  return end;
}
