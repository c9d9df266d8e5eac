import { nameOf } from '../prepared.ts';

/** Texts that are remembered: what a hostile client makes up in shapes of queries pushes out no more than that. */
const MOST = 500;

/**
 * Names for the statements that come again, so that PostgreSQL parses them once. A text gets one when it is met the second time.
 */
export class StatementNames {
  readonly #names = new Map<string, string | undefined>();

  constructor(private readonly most = MOST) {}

  /** The name of a statement, or undefined for one that was not met lately. */
  of(text: string): string | undefined {
    const known = this.#names.has(text);
    const name = this.#names.get(text) ?? (known ? nameOf(text) : undefined);
    this.#names.delete(text);
    this.#names.set(text, name);
    if (this.#names.size > this.most) this.#names.delete(this.#names.keys().next().value!);
    return name;
  }

  /** How many texts are remembered. */
  get size(): number {
    return this.#names.size;
  }
}
