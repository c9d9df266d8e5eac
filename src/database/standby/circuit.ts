/** How long a standby is skipped after a failure, ms; twice as long after each further one. */
const FIRST_MS = 100;
const LONGEST_MS = 10_000;

/** How a read that was let in reports what became of it. Only the first report counts. */
export type Attempt = { succeeded(): void; failed(because: string): void };

/**
 * Whether a standby is tried. After a failure it is skipped for a while; then one read tries it,
 * and the others go on without it until that read has succeeded.
 *
 * | state  | a read                          | success | failure                 |
 * |--------|---------------------------------|---------|-------------------------|
 * | closed | is let in                       |         | open                    |
 * | open   | is not; after a while, as trial | ignored | ignored                 |
 * | trial  | is not                          | closed  | open, for twice as long |
 */
export class Circuit {
  #failures = 0;
  #until = 0;
  /** The read that tries the standby, while the circuit isn't closed. */
  #trial: Attempt | null = null;

  constructor(
    private readonly onChange: (isClosed: boolean, because: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get isClosed(): boolean {
    return this.#failures === 0;
  }

  /** Lets a read in; null if the standby is skipped. */
  enter(): Attempt | null {
    if (!this.isClosed && (this.#trial || this.now() < this.#until)) return null;
    const attempt: Attempt = {
      succeeded: () => {
        if (this.#trial === attempt) this.#close();
      },
      failed: because => {
        if (this.isClosed || this.#trial === attempt) this.#open(because);
      },
    };
    if (!this.isClosed) this.#trial = attempt;
    return attempt;
  }

  #close(): void {
    this.#failures = 0;
    this.#trial = null;
    this.onChange(true, 'it answers and is up to date');
  }

  #open(because: string): void {
    this.#failures += 1;
    this.#trial = null;
    this.#until = this.now() + Math.min(FIRST_MS * 2 ** (this.#failures - 1), LONGEST_MS);
    if (this.#failures === 1) this.onChange(false, because);
  }
}
