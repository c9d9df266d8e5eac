/** The JSON object that a row becomes: a constant prefix, its keys in order, and their values. */
export type JsonShape = {
  readonly entries: readonly (readonly [key: string, value: JsonValue])[];
  readonly prefix?: string;
  /** For rows of a list: the texts before and after their number, which follows the list. */
  readonly count?: readonly [before: string, after: string];
};

/**
 * What is written under a key. Columns, relations and counts are named as in the data model; the
 * text of `text` is JSON already.
 */
export type JsonValue =
  | { readonly kind: 'column'; readonly column: string; readonly format: ColumnFormat; readonly isNullable: boolean }
  /**
   * An object as PostgreSQL stores it, with blanks, between two texts: the reader writes it anew.
   */
  | {
      readonly kind: 'stored';
      readonly column: string;
      readonly around: readonly [before: string, after: string];
      readonly isNullable: boolean;
    }
  | { readonly kind: 'id'; readonly prefix: string; readonly isOfTenant: boolean; readonly column: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'object'; readonly shape: JsonShape }
  | { readonly kind: 'one'; readonly relation: string; readonly shape: JsonShape }
  | { readonly kind: 'page'; readonly relation: string; readonly shape: JsonShape }
  | { readonly kind: 'count'; readonly relation: string }
  /** The position of a row in the order of its page. */
  | { readonly kind: 'cursor'; readonly column: string }
  | { readonly kind: 'connection'; readonly relation: string; readonly cursor: string; readonly entries: readonly ConnectionEntry[] };

/** What is written under a key of a connection whose page info is selected. */
export type ConnectionEntry = readonly [
  key: string,
  (
    | { readonly kind: 'edges'; readonly shape: JsonShape }
    | { readonly kind: 'pageInfo'; readonly entries: readonly (readonly [key: string, PageFact])[] }
    | Extract<JsonValue, { kind: 'text' | 'count' }>
  ),
];

/** What a page that is read from the front says of itself. */
export type PageFact = { readonly kind: 'hasNextPage' | 'startCursor' | 'endCursor' } | Extract<JsonValue, { kind: 'text' }>;

/**
 * How a column is written: as its JSON, as text, as a moment, as a decimal without trailing zeros,
 * or as the enum names of its values.
 */
export type ColumnFormat = 'plain' | 'text' | 'moment' | 'decimal' | ReadonlyMap<string, string>;

/** A read whose result is JSON text: of the first row, or of the rows of a page. */
export type JsonRead = { readonly model: string; readonly operation: string; readonly args: object; readonly shape: JsonShape };
