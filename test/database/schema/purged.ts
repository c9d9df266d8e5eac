/**
 * The tables that a purge empties, in their order, by hand: whatever refers to another comes first,
 * the tenant itself last.
 */
export const PURGED = [
  ...[
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
  ],
  ...['dataset', 'idempotency_key', 'ownership_transfer', 'invitation', 'contract', 'audit_event', 'audit_head', 'membership', 'tenant'],
];

/** What stays. */
export const REMAINS = ['purge_receipt', 'tombstone'];
