/**
 * What of a row a field tells, where its resolver says no more than that: the database can write it
 * as well (executor/json-shape.ts).
 */
export type ColumnsOf =
  | { readonly column: string }
  | { readonly count: string }
  | { readonly money: readonly [amount: string, currency: string] };

/**
 * A field that is a column, whose values are those of its type by other words than ours: an enum's.
 */
export const columnOf = <Name extends string>(column: Name) => ({
  extensions: { columns: { column } },
  select: { [column]: true } as { readonly [N in Name]: true },
  resolve: (row: { readonly [N in Name]: unknown }) => row[column] as never,
});

/** A field that counts the rows of a relation. */
export const countOf = <Name extends string>(count: Name) => ({
  extensions: { columns: { count } },
  select: { _count: { select: { [count]: true } as { readonly [N in Name]: true } } },
  resolve: ({ _count }: { readonly _count: { readonly [N in Name]: number } }) => _count[count],
});
