import { ResponseError } from './errors.ts';
import type { FieldError } from './field-error.ts';
import type { Result } from './http.ts';

/** A page of items as in Relay; a refused one is null. */
export type Connection<Item> = {
  readonly edges: readonly { readonly node: Item }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
};

/** A page: the items, the whole data, and what was refused in it. */
export type Page<Data, Item> = {
  readonly items: readonly Item[];
  readonly data: Data;
  readonly errors: readonly FieldError[];
};

type Get<Data> = (cursor: string | null) => Promise<Result<Data>>;
type ConnectionIn<Data, Item> = (data: Data) => Connection<Item> | null | undefined;

/**
 * Reads the pages of a connection, each when it is asked for.
 *
 * @throws {ResponseError} if the connection is null because of an error.
 */
export async function* pagesOf<Data, Item>(get: Get<Data>, connectionIn: ConnectionIn<Data, Item>): AsyncGenerator<Page<Data, Item>, void> {
  let cursor: string | null = null;
  do {
    const { data, errors }: Result<Data> = await get(cursor);
    const connection: Connection<Item> | null = connectionOf(data, errors, connectionIn);
    if (!connection || !data) return;
    yield { items: connection.edges.map(({ node }) => node), data, errors };
    const { hasNextPage, endCursor = null } = connection.pageInfo;
    if (hasNextPage && (endCursor === null || endCursor === cursor))
      throw new TypeError('Select `pageInfo { hasNextPage endCursor }`, and pass the cursor variable to `after`.');
    cursor = hasNextPage ? endCursor : null;
  } while (cursor !== null);
}

/**
 * The connection in the data. With strict types the function that finds it may read a field of
 * null, because that field was refused.
 */
function connectionOf<Data, Item>(data: Data | null, errors: readonly FieldError[], connectionIn: ConnectionIn<Data, Item>) {
  let connection: Connection<Item> | null | undefined;
  try {
    connection = data && connectionIn(data);
  } catch (error) {
    if (!errors.length) throw error;
  }
  if (!connection && errors.length) throw new ResponseError(errors, data);
  return connection ?? null;
}
