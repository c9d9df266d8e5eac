import { badInput } from '../../domain/core/errors.ts';

/**
 * Converts between rows and cursors. A cursor names a position in an order rather than a row, so it
 * stays valid when the row is deleted. `decode` throws {@link invalidCursor} unless `encode` could
 * have made the cursor.
 */
export type CursorCodec<Row, Position> = { readonly encode: (row: Row) => string; readonly decode: (cursor: string) => Position };

/** An order by one column, whose values are unique in a tenant and never change. */
export type Order<Key extends string, Value> = {
  readonly key: Key;
  readonly direction: 'asc' | 'desc';
  /** Reads a value of the column from a cursor's text; null if it is malformed. */
  readonly parse: (text: string) => Value | null;
};

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** By id, which follows the order of creation (UUID version 7). */
export const OLDEST_FIRST: Order<'id', string> = { key: 'id', direction: 'asc', parse: text => (UUID.test(text) ? text : null) };

export const LATEST_FIRST: Order<'id', string> = { ...OLDEST_FIRST, direction: 'desc' };

export const encodeCursor = (position: string | number): string => Buffer.from(String(position)).toString('base64url');

export const decodeCursor = (cursor: string): string => Buffer.from(cursor, 'base64url').toString();

export const invalidCursor = () => badInput('This is not a cursor that this API gives out.');

/** The cursors of an order by one column. */
export const cursorsOf = <Key extends string, Value extends string | number>({
  key,
  parse,
}: Pick<Order<Key, Value>, 'key' | 'parse'>): CursorCodec<{ readonly [K in Key]: Value }, Value> => ({
  encode: row => encodeCursor(row[key]),
  decode(cursor) {
    const value = parse(decodeCursor(cursor));
    if (value === null || encodeCursor(value) !== cursor) throw invalidCursor();
    return value;
  },
});
