import { createHash } from 'node:crypto';

/**
 * The first part of the keys of a tenant's objects: a hash of its id, so that a link tells nobody
 * whose object it leads to (SPEC M5).
 */
export const prefixOf = (tenantId: string): string => createHash('sha256').update(tenantId.replaceAll('-', ''), 'hex').digest('hex');

/** What an object is called in the store: the same as the database's `object_key()`. */
export const objectKey = (tenantId: string, objectId: string): string => `${prefixOf(tenantId)}/${objectId}`;
