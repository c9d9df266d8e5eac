/**
 * Counts of an execution, by pattern (a response path with `*` for every index): the items of each
 * list, and how often each field was refused. The charge for the operation depends on them.
 */
export class Tally {
  readonly rows = new Map<string, number>();
  readonly refused = new Map<string, number>();

  addRows(pattern: string, count: number): void {
    this.rows.set(pattern, (this.rows.get(pattern) ?? 0) + count);
  }

  addRefused(pattern: string): void {
    this.refused.set(pattern, (this.refused.get(pattern) ?? 0) + 1);
  }

  /** Forgets an execution whose response isn't used. */
  clear(): void {
    this.rows.clear();
    this.refused.clear();
  }
}
