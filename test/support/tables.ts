/**
 * Every table, written by hand. A new one is added here on purpose, in one of three lists: those
 * that a purge empties are in its order, whatever refers to another before it, the tenant last.
 */
// biome-ignore format: a table a line
export const PURGED = [
  'webhook_delivery',
  'webhook',
  'event_outbox',
  'event',
  'event_head',
  'trusted_document',
  'deprecated_use',
  'api_key',
  'retrieval_count',
  'charge',
  'usage_record',
  'entitlement',
  'earning',
  'market_index',
  'listing',
  'data_object',
  'stale_object',
  'dataset',
  'idempotency_key',
  'ownership_transfer',
  'invitation',
  'contract',
  'notice',
  'refusal_count',
  'audit_event',
  'audit_head',
  'audit_subject',
  'membership',
  'tenant',
] as const;

/** A tenant's tables whose rows stay. */
export const REMAINS = ['purge_receipt', 'tombstone'] as const;

/** The tables of no tenant. */
const GLOBAL = ['erasure', 'person', 'plan', 'slug_claim'] as const;

/** The tables that only triggers and crossings use: they have no model. */
export const INTERNAL: readonly string[] = ['audit_head', 'audit_subject', 'erasure', 'market_index', 'slug_claim'];

export const TENANT_TABLES = [...PURGED, ...REMAINS] as const;
export const TABLES = [...TENANT_TABLES, ...GLOBAL] as const;
export type TableName = (typeof TABLES)[number];

/** For a failing list: where to edit. */
export const TABLES_FILE = 'test/support/tables.ts';
