/** A query that returns one text. */
export type TextQuery = { readonly text: string; readonly values: readonly (string | null)[] };

/**
 * A query that runs ahead of the first read of a unit of work, in its round trip and transaction:
 * so that looking up what a read depends on costs no trip of its own
 * (docs/decisions/0017-compiled-queries.md).
 */
export class PiggybackQuery implements TextQuery {
  readonly text: string;
  readonly values: readonly (string | null)[];
  /** Its result; it fails when the read fails before it. */
  readonly result: Promise<string | null>;
  #isTaken = false;
  readonly #resolve: (result: string | null) => void;
  readonly #reject: (error: unknown) => void;

  constructor({ text, values }: TextQuery) {
    this.text = text;
    this.values = values;
    const { promise, resolve, reject } = withResolvers<string | null>();
    promise.catch(() => {}); // the read reports the error as well
    this.result = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

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
    this.#resolve(result);
  }

  fail(error: unknown): void {
    this.#reject(error);
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
