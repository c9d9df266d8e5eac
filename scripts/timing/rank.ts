/**
 * The standard score of the Mann–Whitney U test of two samples, corrected for ties. Positive if the
 * first sample tends to be larger; standard normal if both have one distribution.
 */
export function rankScore(first: readonly number[], second: readonly number[]): number {
  const values = [...first.map(value => ({ value, isFirst: true })), ...second.map(value => ({ value, isFirst: false }))];
  values.sort((a, b) => a.value - b.value);
  let [rankSum, ties] = [0, 0];
  for (let from = 0; from < values.length; ) {
    let to = from;
    while (to < values.length && values[to]!.value === values[from]!.value) to += 1;
    const tied = to - from;
    const rank = (from + 1 + to) / 2;
    rankSum += rank * values.slice(from, to).filter(({ isFirst }) => isFirst).length;
    ties += tied ** 3 - tied;
    from = to;
  }
  const [m, n] = [first.length, second.length];
  const all = m + n;
  const u = rankSum - (m * (m + 1)) / 2;
  const deviation = Math.sqrt(((m * n) / 12) * (all + 1 - ties / (all * (all - 1))));
  return deviation === 0 ? 0 : (u - (m * n) / 2) / deviation;
}

/** The median; of an even number of values, the upper one. */
export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
