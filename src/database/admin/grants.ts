import pg from 'pg';

/**
 * The privileges of the gateway's role by table; a list of columns narrows a SELECT or an UPDATE.
 * It has no others: the audit log is append-only (SPEC A2), retrievals are written by a crossing,
 * and a purge runs as the owner.
 */
// biome-ignore format: a table is read by its columns
export const GRANTS = {
  plan:               { select: true, insert: false, delete: false, update: [] },
  person:             { select: true, insert: false, delete: false, update: [] },
  tenant:             { select: true, insert: true,  delete: false, update: ['name', 'billing_email', 'status', 'status_reason', 'status_changed_at', 'deletion_due_at', 'plan_code', 'plan_since', 'next_plan_code', 'next_plan_due_at', 'sells', 'buys', 'documents_revision'] },
  membership:         { select: true, insert: true,  delete: true,  update: ['roles'] },
  invitation:         { select: true, insert: true,  delete: true,  update: ['secret_hash', 'sent_at', 'tries', 'refusals', 'reply_code', 'next_try_at', 'given_up_at'] },
  ownership_transfer: { select: true, insert: true,  delete: true,  update: ['tries_left'] },
  contract:           { select: true, insert: true,  delete: true,  update: [] },
  idempotency_key:    { select: true, insert: true,  delete: true,  update: [] },
  notice:             { select: true, insert: true,  delete: true,  update: ['tries', 'refusals', 'next_try_at'] },
  refusal_count:      { select: true, insert: true,  delete: true,  update: ['count'] },
  audit_event:        { select: true, insert: true,  delete: false, update: [] },
  tombstone:          { select: true, insert: false, delete: false, update: [] },
  purge_receipt:      { select: true, insert: false, delete: false, update: [] },
  dataset:            { select: true, insert: true,  delete: true,  update: ['name', 'description', 'updated_at'] },
  data_object:        { select: true, insert: true,  delete: true,  update: ['stored_at'] },
  stale_object:       { select: true, insert: true,  delete: true,  update: [] },
  listing:            { select: true, insert: true,  delete: true,  update: ['status', 'title', 'summary', 'tags', 'price', 'currency', 'updated_at', 'published_at'] },
  entitlement:        { select: true, insert: true,  delete: false, update: ['ended_at'] },
  usage_record:       { select: true, insert: false, delete: false, update: [] },
  charge:             { select: ['tenant_id', 'id', 'amount', 'currency', 'title', 'provider', 'at'], insert: false, delete: false, update: [] },
  earning:            { select: ['tenant_id', 'id', 'dataset_id', 'amount', 'currency', 'title', 'at'], insert: false, delete: false, update: [] },
  retrieval_count:    { select: true, insert: true,  delete: false, update: ['cap', 'used'] },
  deprecated_use:     { select: true, insert: true,  delete: true,  update: ['count', 'last_at'] },
  api_key:            { select: true, insert: true,  delete: false, update: ['scopes', 'secret_hash', 'earlier_hash', 'earlier_expires_at', 'holder_id', 'holder_name', 'rotated_at', 'revoked_at', 'last_used_at', 'document_mode'] },
  event_outbox:       { select: false, insert: true, delete: false, update: [] },
  event:              { select: true, insert: false, delete: false, update: [] },
  event_head:         { select: true, insert: false, delete: false, update: [] },
  trusted_document:   { select: true, insert: true,  delete: true,  update: ['retired_at'] },
  webhook:            { select: true, insert: true,  delete: true,  update: ['name', 'url', 'types', 'status', 'membership_id', 'secret', 'earlier_secret', 'earlier_until', 'last_number', 'failures', 'paused_until', 'updated_at', 'rotated_at'] },
  webhook_delivery:   { select: true, insert: true,  delete: true,  update: ['status', 'tries', 'status_code', 'failure', 'duration_ms', 'last_try_at', 'next_try_at', 'ended_at'] },
} as const satisfies Record<string, { select: boolean | readonly string[]; insert: boolean; delete: boolean; update: readonly string[] }>;

/** The statements that grant `role` exactly {@link GRANTS} and the callable crossings. */
export function grantStatements(role: string, callable: readonly string[]): string {
  const to = pg.escapeIdentifier(role);
  const tables = Object.entries(GRANTS).flatMap(([table, { select, insert, delete: remove, update }]) => [
    ...(select ? [`GRANT SELECT ${typeof select === 'object' ? `(${select.join(', ')}) ` : ''}ON ${table} TO ${to}`] : []),
    ...(insert ? [`GRANT INSERT ON ${table} TO ${to}`] : []),
    ...(remove ? [`GRANT DELETE ON ${table} TO ${to}`] : []),
    ...(update.length ? [`GRANT UPDATE (${update.join(', ')}) ON ${table} TO ${to}`] : []),
  ]);
  return [
    `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${to}`,
    `REVOKE ALL ON ALL FUNCTIONS IN SCHEMA public FROM ${to}`,
    `GRANT USAGE ON SCHEMA public TO ${to}`,
    `GRANT SELECT (migration_name, finished_at, rolled_back_at) ON _prisma_migrations TO ${to}`,
    ...tables,
    ...callable.map(name => `GRANT EXECUTE ON FUNCTION ${name} TO ${to}`),
  ].join(';\n');
}
