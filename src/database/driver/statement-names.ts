import { LRUCache } from 'lru-cache';
import { nameOf } from './prepared-statements.ts';

/** Bounds what a client can occupy by sending queries of ever new shapes. */
const MAX_TEXTS = 500;

/**
 * Names for statements that come again, so that PostgreSQL parses them once: a text gets its name
 * the second time it is seen.
 */
export class StatementNames {
  /** By text; `''` for a text that was seen once. */
  readonly #names: LRUCache<string, string>;

  constructor(max = MAX_TEXTS) {
    this.#names = new LRUCache({ max });
  }

  /** The name of a statement, or undefined for a text not seen lately. */
  of(text: string): string | undefined {
    const cached = this.#names.get(text);
    if (cached) return cached;
    const name = cached === undefined ? '' : nameOf(text);
    this.#names.set(text, name);
    return name || undefined;
  }

  /** How many texts are cached. */
  get size(): number {
    return this.#names.size;
  }
}
