import { nameOf } from './prepared-statements.ts';

/**
 * Texts that are remembered: what a hostile client makes up in shapes of queries pushes out no more
 * than that.
 */
const MOST = 500;

/**
 * Names for the statements that come again, so that PostgreSQL parses them once. A text gets one
 * when it is met the second time. The half of them that was met longer ago is forgotten at once.
 */
export class StatementNames {
  #names = new Map<string, string | undefined>();
  #older = new Map<string, string | undefined>();

  constructor(private readonly most = MOST) {}

  /** The name of a statement, or undefined for one that was not met lately. */
  of(text: string): string | undefined {
    const before = this.#names.get(text);
    if (before !== undefined) return before;
    const known = this.#names.has(text) || this.#older.has(text);
    const name = known ? (this.#older.get(text) ?? nameOf(text)) : undefined;
    this.#older.delete(text);
    this.#names.set(text, name);
    if (this.#names.size > this.most / 2) {
      this.#older = this.#names;
      this.#names = new Map();
    }
    return name;
  }

  /** How many texts are remembered. */
  get size(): number {
    return this.#names.size + this.#older.size;
  }
}
