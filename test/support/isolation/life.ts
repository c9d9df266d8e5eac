import { v7 as uuid } from 'uuid';
import type { TestDatabase } from '../database.ts';

/** The words of the rows of a tenant's life: what names them, and what is written in them. */
export type Life = {
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

/** What {@link Life} a tenant of that mark has. */
export const lifeOf = (mark: string): Life => ({
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

/** The chain is written under the event's tenant, even where a superuser writes. */
const BOUND = "(SELECT set_config('app.tenant_id', $1::uuid::text, true) AS tenant) AS bound WHERE bound.tenant <> ''";

type Owned = { readonly id: string; readonly ownerMembershipId: string; readonly recipientMembershipId: string };

/**
 * Puts a row of a tenant's life into each table that there is for one: an invitation, a transfer, a
 * contract, a key, two events.
 */
export async function liveIn({ sql }: Pick<TestDatabase, 'sql'>, { id, ownerMembershipId, recipientMembershipId }: Owned, life: Life) {
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
  for (const event of [eventId, uuid()])
    await sql(
      `INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, target_type, target_id, state_after, request_id)
       SELECT $1::uuid, $2::uuid, now(), 'staff', $3, $4, 'tenant.staff_rename', 'done', 'A3', 'Tenant', $1::uuid::text, $5::jsonb, $6
       FROM ${BOUND}`,
      [id, event, actorId, actorName, { name: state }, requestId],
    );
}

/**
 * What a deletion left of an earlier tenant under the same id: no such thing can be, yet each wall
 * must hold for these tables as well.
 */
export async function buryAlso({ sql }: Pick<TestDatabase, 'sql'>, id: string) {
  await sql(
    `INSERT INTO tombstone (tenant_id, created_at, deletion_requested_at, deleted_at, purged_at) VALUES ($1, now(), now(), now(), now())`,
    [id],
  );
  await sql(`INSERT INTO purge_receipt (tenant_id, table_name, row_count) VALUES ($1, 'tenant', 1), ($1, 'membership', 3)`, [id]);
}
