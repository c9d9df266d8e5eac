/** Makes a global id, opaque to clients: `Type:id` or `Type:tenant:id` in base64url. */
export const encodeGlobalId = (typename: string, id: string | number | bigint): string =>
  Buffer.from(`${typename}:${id}`).toString('base64url');

/** The id of a tenant's row, as {@link encodeGlobalId} takes it. */
export const rowId = ({ tenantId, id }: { tenantId: string; id: string }): string => `${tenantId}:${id}`;
