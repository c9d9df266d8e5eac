import { createHash } from 'node:crypto';

/**
 * What takes the messages that prepare a statement and forget it: a connection of pg's, for one.
 */
export type Wire = {
  parse(message: { text: string; name: string }): void;
  close(message: { type: 'S'; name: string }): void;
};

/**
 * A statement's name, made of its text alone: it stands for the same statement on every connection,
 * of every replica.
 */
export const nameOf = (text: string): string => `r_${createHash('sha256').update(text).digest('base64url').slice(0, 24)}`;

/** Statements that one connection holds at most: PostgreSQL keeps a plan of each in memory. */
const MOST = 64;

/** The named statements of one connection. The one that was used longest ago makes way. */
export class Prepared {
  readonly #names = new Set<string>();

  constructor(private readonly most = MOST) {}

  /**
   * Makes sure, ahead of the messages that use it, that a statement is prepared under its name.
   * Whether it had to be.
   */
  ensure(wire: Wire, name: string, text: string): boolean {
    const known = this.#names.delete(name);
    this.#names.add(name);
    if (known) return false;
    if (this.#names.size > this.most) this.#forget(wire);
    // one that failed on its way may be there or not; to close what isn't there is no error
    wire.close({ type: 'S', name });
    wire.parse({ text, name });
    return true;
  }

  /** After an error a statement may be there or not: it is prepared anew the next time. */
  invalidate(name: string): void {
    this.#names.delete(name);
  }

  #forget(wire: Wire): void {
    const [oldest] = this.#names as Set<string> & Iterable<string>;
    this.#names.delete(oldest!);
    wire.close({ type: 'S', name: oldest! });
  }
}
