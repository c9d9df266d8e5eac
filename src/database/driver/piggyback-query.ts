/** A statement that answers one text. */
export type TextQuery = { readonly text: string; readonly values: readonly (string | null)[] };

/**
 * A statement that rides along with the first read of a unit of work, in that read's own round trip
 * and transaction, and is run before it: so that what a read is allowed by costs no trip of its own
 * (docs/decisions/0017-compiled-queries.md).
 */
export class PiggybackQuery implements TextQuery {
  readonly text: string;
  readonly values: readonly (string | null)[];
  /** What it said. It fails when the read does. */
  readonly result: Promise<string | null>;
  #isTaken = false;
  readonly #settle: (result: string | null) => void;
  readonly #fail: (error: unknown) => void;

  constructor({ text, values }: TextQuery) {
    this.text = text;
    this.values = values;
    const { promise, resolve, reject } = withResolvers<string | null>();
    promise.catch(() => {}); // whoever rides along hears of it from the read
    this.result = promise;
    this.#settle = resolve;
    this.#fail = reject;
  }

  /** Whether it is on its way. */
  get isTaken(): boolean {
    return this.#isTaken;
  }

  /** Takes it along, once: whether it was there to be taken. */
  take(): boolean {
    const isFirst = !this.#isTaken;
    this.#isTaken = true;
    return isFirst;
  }

  settle(result: string | null): void {
    this.#settle(result);
  }

  fail(error: unknown): void {
    this.#fail(error);
  }
}

/** `Promise.withResolvers`, which Node has since 22. */
function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((...both) => {
    [resolve, reject] = both;
  });
  return { promise, resolve, reject };
}
