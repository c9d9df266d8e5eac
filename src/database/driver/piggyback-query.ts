/** A query that returns one text. */
export type TextQuery = { readonly text: string; readonly values: readonly (string | null)[] };

/**
 * A query that runs ahead of the first read of a unit of work, in its round trip and transaction:
 * so that looking up what a read depends on costs no trip of its own
 * (docs/decisions/0017-compiled-queries.md).
 */
export class PiggybackQuery {
  #isTaken = false;
  #result: string | null | undefined;

  constructor(readonly query: TextQuery) {}

  /** Whether a read has taken it along. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Takes it along: true for the first read alone. */
  take(): boolean {
    const isFirst = !this.#isTaken;
    this.#isTaken = true;
    return isFirst;
  }

  settle(result: string | null): void {
    this.#result = result;
  }

  /** Its result; undefined as long as the read is under way, and if the query failed. */
  get result(): string | null | undefined {
    return this.#result;
  }
}
