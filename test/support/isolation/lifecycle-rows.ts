import { uuidv7 as uuid } from 'uuidv7';
import type { TestDatabase } from '../database.ts';
import { insertNumberedEvent, insertWaitingEvent } from './event-rows.ts';

/** Ids and texts of a tenant's invitation, key and events. */
export type LifecycleValues = {
  readonly invitationId: string;
  readonly inviteeEmail: string;
  readonly inviter: string;
  readonly eventId: string;
  readonly actorId: string;
  readonly actorName: string;
  readonly requestId: string;
  readonly state: string;
  /** In hexadecimal, as PostgreSQL writes it after `\x`. */
  readonly keyHash: string;
};

export const lifecycleValues = (mark: string): LifecycleValues => ({
  invitationId: uuid(),
  inviteeEmail: `${mark.toLowerCase()}.invitee@people.example`,
  inviter: `${mark} inviter`,
  eventId: uuid(),
  actorId: `${mark} subject`,
  actorName: `${mark} actor`,
  requestId: `${mark}-request`,
  state: `${mark} state`,
  keyHash: Buffer.from(mark.padEnd(32, '.')).toString('hex'),
});

/** The trigger of the audit chain needs the tenant binding, even of a superuser. */
const BOUND = "(SELECT set_config('app.tenant_id', $1::uuid::text, true) AS tenant) AS bound WHERE bound.tenant <> ''";

type Owned = { readonly id: string; readonly ownerMembershipId: string; readonly recipientMembershipId: string };

/** Inserts an invitation, a transfer, a contract, an idempotency key, a count of refusals, a use
 * of a deprecated field and two events of a tenant. */
export async function insertLifecycleRows(
  { sql }: Pick<TestDatabase, 'sql'>,
  { id, ownerMembershipId, recipientMembershipId }: Owned,
  life: LifecycleValues,
) {
  const { invitationId, inviteeEmail, inviter, eventId, actorId, actorName, requestId, state, keyHash } = life;
  await sql(
    `INSERT INTO invitation (tenant_id, id, email, roles, secret_hash, inviter, expires_at, sent_at)
     VALUES ($1, $2, $3, '{viewer}', sha256(convert_to($4, 'UTF8')), $4, now() + interval '7 days', now())`,
    [id, invitationId, inviteeEmail, inviter],
  );
  await sql(
    `INSERT INTO ownership_transfer (tenant_id, from_membership_id, to_membership_id, code_hash, tries_left, expires_at)
     VALUES ($1, $2, $3, sha256(uuid_send($1)), 5, now() + interval '1 day')`,
    [id, ownerMembershipId, recipientMembershipId],
  );
  await sql('INSERT INTO contract (tenant_id, member_limit) VALUES ($1, 77)', [id]);
  await sql(
    `INSERT INTO idempotency_key (tenant_id, key_hash, fingerprint, answer, expires_at)
     VALUES ($1, decode($2, 'hex'), 'fingerprint', 'answer', now() + interval '1 day')`,
    [id, keyHash],
  );
  await sql(
    `INSERT INTO notice (tenant_id, id, email, facts, created_at) VALUES ($1, gen_random_uuid(), $2, jsonb_build_object('tenant', $3::text), now())`,
    [id, inviteeEmail, state],
  );
  await sql(
    `INSERT INTO refusal_count (tenant_id, actor_kind, actor_id, action, code, actor_name, since, count)
     VALUES ($1, 'user', $2, 'tenant.rename', 'FORBIDDEN', $3, now(), 3)`,
    [id, actorId, actorName],
  );
  await sql('INSERT INTO deprecated_use (tenant_id, membership_id, part, count, last_at) VALUES ($1, $2, $3, 3, now())', [
    ...[id, ownerMembershipId, state],
  ]);
  await insertWaitingEvent({ sql }, id, eventId, state);
  await insertNumberedEvent({ sql }, id, eventId, state);
  for (const event of [eventId, uuid()])
    await sql(
      `INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, target_type, target_id, state_after, request_id)
       SELECT $1::uuid, $2::uuid, now(), 'staff', $3, $4, 'tenant.staff_rename', 'done', 'A3', 'Tenant', $1::uuid::text, $5::jsonb, $6
       FROM ${BOUND}`,
      [id, event, actorId, actorName, { name: state }, requestId],
    );
}

/**
 * Inserts the remains of a deleted tenant with the id of an existing one. This can't happen, but
 * isolation must hold for these tables, too.
 */
export async function insertTombstone({ sql }: Pick<TestDatabase, 'sql'>, id: string) {
  await sql(
    `INSERT INTO tombstone (tenant_id, created_at, deletion_requested_at, deleted_at, purged_at) VALUES ($1, now(), now(), now(), now())`,
    [id],
  );
  await sql(`INSERT INTO purge_receipt (tenant_id, table_name, row_count) VALUES ($1, 'tenant', 1), ($1, 'membership', 3)`, [id]);
}
