import type { ColumnsOf } from '../../executor/field-extensions.ts';

const columns = (of: ColumnsOf) => ({ columns: of });

/** A field that returns a column as it is, where an exposed field's type wouldn't fit: an enum. */
export const columnOf = <Name extends string>(column: Name) => ({
  extensions: columns({ column }),
  select: { [column]: true } as { readonly [N in Name]: true },
  resolve: (row: { readonly [N in Name]: unknown }) => row[column] as never,
});

/** A field that counts the rows of a relation. */
export const countOf = <Name extends string>(count: Name) => ({
  extensions: columns({ count }),
  select: { _count: { select: { [count]: true } as { readonly [N in Name]: true } } },
  resolve: ({ _count }: { readonly _count: { readonly [N in Name]: number } }) => _count[count],
});
