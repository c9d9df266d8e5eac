import type pg from 'pg';

/** A statement, as it goes to PostgreSQL. */
export type Statement = {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
  /** The values, if they have been encoded before. */
  readonly parameters?: string;
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
  readonly name: string;
  readonly parameters: string;
  /** Who uses the connection: none may use them all. Null: that doesn't count. */
  readonly owner: string | null;
};
