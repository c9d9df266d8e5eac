/** A fault: `find`, which occurs once in `file`, becomes `plant`; one of `tests` must fail. */
export type Fault = {
  readonly file: string;
  readonly find: string;
  readonly plant: string;
  readonly tests: readonly string[];
  /** Whether CI plants it. */
  readonly short?: true;
};
