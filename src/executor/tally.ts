type Counts = Map<string, number>;

/** Most operations have no list and are refused nothing. */
const NONE: ReadonlyMap<string, number> = new Map();

/**
 * Counts of an execution, by pattern (a response path with `*` for every index): the items of each
 * list, and how often each field was refused. The charge for the operation depends on them.
 */
export class Tally {
  #rows: Counts | null = null;
  #refused: Counts | null = null;

  get rows(): ReadonlyMap<string, number> {
    return this.#rows ?? NONE;
  }

  get refused(): ReadonlyMap<string, number> {
    return this.#refused ?? NONE;
  }

  addRows(pattern: string, count: number): void {
    this.#rows = added(this.#rows ?? new Map(), pattern, count);
  }

  addRefused(pattern: string): void {
    this.#refused = added(this.#refused ?? new Map(), pattern, 1);
  }

  /** Forgets an execution whose response isn't used. */
  clear(): void {
    this.#rows = null;
    this.#refused = null;
  }
}

const added = (counts: Counts, pattern: string, count: number): Counts => counts.set(pattern, (counts.get(pattern) ?? 0) + count);
