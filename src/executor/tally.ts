/**
 * Counts of an execution, by pattern (a response path with `*` for every index): the items of each
 * list, and how often each field was refused. The charge for the operation depends on them.
 */
export class Tally {
  #rows = NONE;
  #refused = NONE;

  get rows(): ReadonlyMap<string, number> {
    return this.#rows;
  }

  get refused(): ReadonlyMap<string, number> {
    return this.#refused;
  }

  addRows(pattern: string, count: number): void {
    this.#rows = added(this.#rows, pattern, count);
  }

  addRefused(pattern: string): void {
    this.#refused = added(this.#refused, pattern, 1);
  }

  /** Forgets an execution whose response isn't used. */
  clear(): void {
    this.#rows = NONE;
    this.#refused = NONE;
  }
}

/** Most operations have no list and are refused nothing. */
const NONE = new Map<string, number>();

function added(counts: Map<string, number>, pattern: string, count: number): Map<string, number> {
  const own = counts === NONE ? new Map<string, number>() : counts;
  return own.set(pattern, (own.get(pattern) ?? 0) + count);
}
