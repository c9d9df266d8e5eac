import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Statement } from './statement.ts';

/** Takes the messages that prepare a statement and close it. */
export type Wire = {
  parse(message: { text: string; name: string }): void;
  close(message: { type: 'S'; name: string }): void;
};

/** A statement's name, derived from its text alone: the same on every connection and replica. */
export const nameOf = (text: string): string => `r_${createHash('sha256').update(text).digest('base64url').slice(0, 24)}`;

/** A statement without values whose result nobody reads, such as BEGIN. */
export const command = (text: string): Statement => ({ text, name: nameOf(text), isSilent: true });

/** Prepared statements per connection: PostgreSQL keeps a plan of each in memory. */
const MAX_STATEMENTS = 64;

/** The prepared statements of one connection; the least recently used one is closed. */
export class PreparedStatements {
  readonly #names: LRUCache<string, string>;

  constructor(max = MAX_STATEMENTS) {
    this.#names = new LRUCache({ max });
  }

  /** Prepares a statement under its name, ahead of the messages that use it, unless it is. */
  ensure(wire: Wire, name: string, text: string): void {
    if (this.#names.get(name)) return;
    const oldest = this.#names.size === this.#names.max ? this.#names.pop() : undefined;
    if (oldest) wire.close({ type: 'S', name: oldest });
    this.#names.set(name, name);
    // After a failure the name may exist or not; closing one that doesn't exist is no error.
    wire.close({ type: 'S', name });
    wire.parse({ text, name });
  }

  /** Has a statement prepared again the next time: after an error it may exist or not. */
  invalidate(name: string): void {
    this.#names.delete(name);
  }
}
