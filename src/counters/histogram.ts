/** Upper bounds of a histogram of durations, seconds. */
export const DURATIONS: readonly number[] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * Counts values by size. Plain numbers, because it is on the path of every request and statement;
 * `observe/` turns it into text when somebody asks.
 */
export class Histogram {
  /** How many values were up to each bound and above the one before; the last, above all bounds. */
  readonly counts: number[];
  sum = 0;

  constructor(readonly bounds: readonly number[] = DURATIONS) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const { bounds } = this;
    let at = 0;
    while (at < bounds.length && value > bounds[at]!) at += 1;
    this.counts[at]! += 1;
    this.sum += value;
  }

  /** Observes a duration of milliseconds in a histogram of seconds. */
  observeMs(ms: number): void {
    this.observe(ms / 1_000);
  }
}
