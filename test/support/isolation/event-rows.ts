import type { TestDatabase } from '../database.ts';

const payloadOf = (name: string) => JSON.stringify({ version: 1, subject: { id: name }, data: { name } });

/** Inserts an event of a tenant that waits for its number. */
export async function insertWaitingEvent(
  { sql }: Pick<TestDatabase, 'sql'>,
  id: string,
  auditEventId: string,
  name: string,
): Promise<void> {
  await sql(
    `INSERT INTO event_outbox (tenant_id, id, type, subject_type, subject_id, at, audit_event_id, payload)
     VALUES ($1::uuid, gen_random_uuid(), 'tenant.renamed', 'Tenant', $1::text, now(), $2, $3)`,
    [id, auditEventId, payloadOf(name)],
  );
}

/** Inserts the first numbered event of a tenant. */
export async function insertNumberedEvent(
  { sql }: Pick<TestDatabase, 'sql'>,
  id: string,
  auditEventId: string,
  name: string,
): Promise<void> {
  await sql(
    `WITH head AS (INSERT INTO event_head (tenant_id, seq, hash) VALUES ($1::uuid, 1, sha256('hash')))
     INSERT INTO event (tenant_id, seq, position, id, type, subject_type, subject_id, at, audit_event_id, payload, salt, digest, hash, numbered_on)
     SELECT $1::uuid, 1, nextval('event_position'), gen_random_uuid(), 'tenant.renamed', 'Tenant', $1::text, now(), $2, $3::text, 'salt',
       sha256('salt' || convert_to($3::text, 'UTF8')), sha256('hash'), (now() AT TIME ZONE 'UTC')::date`,
    [id, auditEventId, payloadOf(name)],
  );
}
