import type pg from 'pg';

/** A statement, as it goes to PostgreSQL. */
export type Statement = {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
  /** The name it is prepared under, where names are used. */
  readonly name?: string | undefined;
  readonly rowMode?: 'array' | undefined;
  readonly types?: pg.CustomTypesConfig | undefined;
  /** Its rows are dropped, and not described. */
  readonly isSilent?: boolean;
  /** Each row is one text, and is not described. */
  readonly isText?: boolean;
};

/**
 * A statement that runs ahead of others in their transaction, such as one that sets what row-level
 * security reads.
 */
export type Prelude = {
  readonly text: string;
  readonly values: readonly (string | null)[];
  readonly name: string;
  /** Called with the columns of its one row. */
  readonly onRow?: ((columns: readonly (string | null)[]) => void) | undefined;
};
