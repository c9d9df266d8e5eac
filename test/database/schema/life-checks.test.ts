import { uuidv7 as uuid } from 'uuidv7';
import { beforeEach, describe, expect, test } from 'vitest';
import { fixtures, type Member, useDatabase } from '../../support/database.ts';
import { insertLifecycleRows, type LifecycleValues, lifecycleValues } from '../../support/isolation/lifecycle-rows.ts';

/**
 * What the database holds of invitations, transfers, contracts and events by itself, against a
 * superuser.
 */
const database = useDatabase();

let tenant: { id: string; owner: Member };
let [recipient, viewer]: Member[] = [];
let life: LifecycleValues;
let made = 0;
beforeEach(async () => {
  made += 1;
  const make = fixtures(database);
  tenant = await make.tenant(`tenant-${made}`, await make.person(`Owner ${made}`));
  recipient = await make.member(tenant, await make.person(`Heir ${made}`), ['viewer']);
  viewer = await make.member(tenant, await make.person(`Viewer ${made}`), ['viewer']);
  life = lifecycleValues(`Tenant${made}`);
  await insertLifecycleRows(database, { id: tenant.id, ownerMembershipId: tenant.owner.id, recipientMembershipId: recipient.id }, life);
});

/** A statement with the ids put in. */
const write = (text: string) => {
  const words: Record<string, string> = {
    tenant: tenant.id,
    owner: tenant.owner.id,
    recipient: recipient!.id,
    viewer: viewer!.id,
    new: uuid(),
  };
  return database.sql(
    `SELECT set_config('app.tenant_id', '${tenant.id}', true);${text}`.replace(
      /(?<!:):(tenant|owner|recipient|viewer|new)\b/g,
      (_, name: string) => `'${words[name]}'`,
    ),
  );
};
const INVITE = (email: string, roles: string, hash = 'NULL', sent = 'NULL') =>
  `INSERT INTO invitation (tenant_id, id, email, roles, secret_hash, inviter, expires_at, sent_at)
   VALUES (:tenant, :new, ${email}, ${roles}, ${hash}, 'x', now(), ${sent})`;
const EVENT = (columns: string, values: string) =>
  `INSERT INTO audit_event (tenant_id, id, at, actor_id, actor_name, action, rule, request_id, actor_kind, outcome${columns})
   VALUES (:tenant, :new, now(), 'x', 'x', 'x', 'x', 'x', ${values})`;
const OF = 'WHERE tenant_id = :tenant';

describe('the database refuses', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string]>([
    ['R4: an invitation to be the owner',       'invitation_roles_check',          INVITE("'a@b.example'", "'{owner}'")],
    ['R4: one to be the owner and more',        'invitation_roles_check',          INVITE("'a@b.example'", "'{viewer,owner}'")],
    ['R1: an invitation to no role',            'invitation_roles_check',          INVITE("'a@b.example'", "'{}'")],
    ['one to null',                             'invitation_roles_check',          INVITE("'a@b.example'", 'NULL')],
    ['one to the same role twice',              'invitation_roles_check',          INVITE("'a@b.example'", "'{viewer,viewer}'")],
    ['one to a role that there is not',         'invitation_roles_check',          INVITE("'a@b.example'", "'{emperor}'")],
    ['one of an address in upper case',         'invitation_email_check',          INVITE("'A@b.example'", "'{viewer}'")],
    ['one of an address of 255 characters',     'invitation_email_check',          INVITE("repeat('a', 255)", "'{viewer}'")],
    ['R5: one whose secret is not hashed',      'invitation_secret_check',         INVITE("'a@b.example'", "'{viewer}'", "'a secret'")],
    ['one that was sent without a secret',      'invitation_secret_check',         INVITE("'a@b.example'", "'{viewer}'", 'NULL', 'now()')],
    ['R5: a second one of an address',          'invitation_tenant_id_email_key',  `INSERT INTO invitation (tenant_id, id, email, roles, inviter, expires_at) SELECT tenant_id, :new, email, roles, inviter, expires_at FROM invitation ${OF}`],
    ['O2: a second transfer of a tenant',       'ownership_transfer_pkey',         `INSERT INTO ownership_transfer (tenant_id, from_membership_id, to_membership_id, code_hash, tries_left, expires_at) SELECT tenant_id, :owner, :viewer, code_hash, 1, now() FROM ownership_transfer ${OF}`],
    ['O2: a transfer to the owner themself',    'ownership_transfer_check',        `UPDATE ownership_transfer SET to_membership_id = from_membership_id ${OF}`],
    ['one without a try left',                  'ownership_transfer_check',        `UPDATE ownership_transfer SET tries_left = 0 ${OF}`],
    ['one whose code is not hashed',            'ownership_transfer_check',        `UPDATE ownership_transfer SET code_hash = '7K3M-9QXA-2B4D' ${OF}`],
    ['O2: one to somebody who is no member',    'ownership_transfer_tenant_id_to_membership_id_fkey', `UPDATE ownership_transfer SET to_membership_id = :new ${OF}`],
    ['one from somebody who is no member',      'ownership_transfer_tenant_id_from_membership_id_fkey', `UPDATE ownership_transfer SET from_membership_id = :new ${OF}`],
    ['P2: a contract of no members at all',     'contract_limits_check',           `UPDATE contract SET member_limit = 0 ${OF}`],
    ['P2: one of a negative limit',             'contract_limits_check',           `UPDATE contract SET cost_points_per_minute = -1 ${OF}`],
    ['a second contract of a tenant',           'contract_pkey',                   `INSERT INTO contract SELECT * FROM contract ${OF}`],
    ['G6: the same key twice',                  'idempotency_key_pkey',            `INSERT INTO idempotency_key SELECT * FROM idempotency_key ${OF}`],
    ['A1: a refusal without a code',            'audit_event_outcome_check',       EVENT('', "'user', 'refused'")],
    ['A1: a code without a refusal',            'audit_event_outcome_check',       EVENT(', code', "'user', 'done', 'NOT_FOUND'")],
    ['an outcome that there is not',            'audit_event_outcome_check',       EVENT('', "'user', 'maybe'")],
    ['an actor that there is not',              'audit_event_actor_kind_check',    EVENT('', "'ghost', 'done'")],
    ['a target without its id',                 'audit_event_target_check',        EVENT(', target_type', "'user', 'done', 'Tenant'")],
    ['a tombstone of what is not deleted',      'tombstone_status_check',          "INSERT INTO tombstone (tenant_id, status, created_at, deletion_requested_at, deleted_at) VALUES (:new, 'active', now(), now(), now())"],
    ['a receipt without a tombstone',           'purge_receipt_tenant_id_fkey',    "INSERT INTO purge_receipt VALUES (:new, 'tenant', 1)"],
  ])('%s', async (_what, constraint, statement) => {
    await expect(write(statement)).rejects.toMatchObject({ constraint });
  });

  test.each(['invitation', 'contract', 'idempotency_key', 'audit_event'])('a row of %s without its tenant', async table => {
    const columns = (
      await database.sql<{ name: string }>(
        `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND attname <> 'tenant_id'`,
        [table],
      )
    ).map(({ name }) => name);
    const statement = `SELECT set_config('app.tenant_id', :new, true); INSERT INTO ${table} (tenant_id, ${columns.join(', ')}) SELECT :new, ${columns.join(', ')} FROM ${table} ${OF} LIMIT 1`;
    await expect(write(statement)).rejects.toMatchObject({ code: '23503', constraint: expect.stringMatching(/_tenant_id_fkey$/) });
  });
});

describe('the database accepts', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, string]>([
    ['an invitation to every role but owner',   INVITE("'a@b.example'", "'{admin,seller_manager,buyer_manager,operator,viewer}'")],
    ['one of 254 characters, hashed and sent',  INVITE("repeat('a', 254)", "'{viewer}'", "sha256('x')", 'now()')],
    ['a contract without a cap',                `UPDATE contract SET member_limit = NULL ${OF}`],
    ['a refusal with its code',                 EVENT(', code', "'user', 'refused', 'NOT_FOUND'")],
    ['an event of a target',                    EVENT(', target_type, target_id', "'system', 'done', 'Tenant', 'x'")],
  ])('%s', async (_what, statement) => {
    await write(statement);
  });
});

describe('O2: a transfer under way', () => {
  const left = async () => (await database.sql('SELECT FROM ownership_transfer WHERE tenant_id = $1', [tenant.id])).length;
  const MEMBER = (who: string) => `WHERE tenant_id = :tenant AND id = ${who}`;

  // biome-ignore format: a table is read by its columns
  test.each<[string, string]>([
    ['a suspension',                        `UPDATE tenant SET status = 'suspended' ${OF}`],
    ['a request for deletion',              `UPDATE tenant SET status = 'pending_deletion' ${OF}`],
    ["a change of the recipient's roles",   `UPDATE membership SET roles = '{operator}' ${MEMBER(':recipient')}`],
    ["a change of the owner's roles",       `UPDATE membership SET roles = '{owner,viewer}' ${MEMBER(':owner')}`],
    ['the recipient leaving',                `DELETE FROM membership ${MEMBER(':recipient')}`],
    ['the owner leaving',                   `DELETE FROM membership ${MEMBER(':owner')}; UPDATE membership SET roles = '{owner}' ${MEMBER(':viewer')}`],
  ])('is void after %s', async (_what, statement) => {
    await write(statement);
    expect(await left()).toBe(0);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string]>([
    ["a change of another member's roles",  `UPDATE membership SET roles = '{operator}' ${MEMBER(':viewer')}`],
    ['another member leaving',              `DELETE FROM membership ${MEMBER(':viewer')}`],
    ['roles written as they are',           `UPDATE membership SET roles = roles ${OF}`],
    ['a status written as it is',           `UPDATE tenant SET status = 'active' ${OF}`],
    ['a new name',                          `UPDATE tenant SET name = 'x' ${OF}`],
    ["another tenant's suspension",         "UPDATE tenant SET status = 'suspended' WHERE tenant_id <> :tenant AND status = 'active'"],
  ])('lasts through %s', async (_what, statement) => {
    await write(statement);
    expect(await left()).toBe(1);
  });

  test("is its tenant's own: another tenant's is nothing to it", async () => {
    const transfers = async () => (await database.sql('SELECT FROM ownership_transfer')).length;
    const before = await transfers();
    await write(`UPDATE tenant SET status = 'suspended' ${OF}`);
    expect([before > 1, await transfers()]).toEqual([true, before - 1]);
  });
});
