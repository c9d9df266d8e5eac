import { createHash } from 'node:crypto';

/**
 * The first part of the keys of a tenant's objects: a hash of its id, so that a link doesn't reveal
 * the provider (SPEC M5).
 */
export const prefixOf = (tenantId: string): string => createHash('sha256').update(tenantId.replaceAll('-', ''), 'hex').digest('hex');

/** An object's key in the store. The database's `object_key()` computes the same. */
export const objectKey = (tenantId: string, objectId: string): string => `${prefixOf(tenantId)}/${objectId}`;
