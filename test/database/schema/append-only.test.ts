import { uuidv7 as uuid } from 'uuidv7';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { ConnectionPool } from '../../../src/database/driver/pool.ts';
import { fixtures, type Member, useDatabase } from '../../support/database.ts';
import { insertLifecycleRows, lifecycleValues } from '../../support/isolation/lifecycle-rows.ts';
import { insertMarketRows, marketValues } from '../../support/isolation/market.ts';
import { queryAs } from '../../support/query-as.ts';

/**
 * What the gateway's role can't do, even where it is bound to the tenant: rewrite what was done,
 * and read who holds which slug.
 */
const database = useDatabase();
let pool: ConnectionPool;
let tenant: { id: string; owner: Member };
let other: { id: string; owner: Member };
beforeAll(async () => {
  pool = new ConnectionPool({ connectionString: database.runtimeUrl, max: 1 });
  const make = fixtures(database);
  const inhabited = async (name: string) => {
    const made = await make.tenant(name, await make.person(`Owner of ${name}`));
    const recipient = await make.member(made, await make.person(`Heir of ${name}`), ['viewer']);
    await insertLifecycleRows(
      database,
      { id: made.id, ownerMembershipId: made.owner.id, recipientMembershipId: recipient.id },
      lifecycleValues(name),
    );
    await insertMarketRows(database, made.id, marketValues(name));
    return made;
  };
  [tenant, other] = [await inhabited('here'), await inhabited('there')];
});
afterAll(() => pool?.end());

const as = (text: string, values: unknown[] = [], to = tenant) =>
  queryAs(pool, { tenantId: to.id, personId: to.owner.person.id }, text, values);
const log = () => database.sql('SELECT * FROM audit_event ORDER BY tenant_id, seq');
const heads = () => database.sql('SELECT * FROM audit_head ORDER BY tenant_id');

describe("A2: the gateway's role", () => {
  test.each(
    [
      ...['audit_event', 'audit_head', 'slug_claim', 'tombstone', 'purge_receipt', 'person', 'plan'],
      ...['usage_record', 'charge', 'earning', 'market_index'],
    ].flatMap(table => [
      [table, `DELETE FROM ${table}`],
      [table, `TRUNCATE ${table} CASCADE`],
    ]),
  )('is refused, on %s, %s', async (_table, statement) => {
    await expect(as(statement)).rejects.toMatchObject({ code: '42501' });
  });

  test.each([
    'UPDATE audit_event SET actor_name = actor_name',
    'UPDATE audit_event SET seq = seq + 1000',
    'UPDATE audit_event SET hash = hash',
    'UPDATE audit_head SET seq = seq',
    'UPDATE tombstone SET purged_at = now()',
    'UPDATE purge_receipt SET row_count = 0',
    "INSERT INTO audit_head VALUES (gen_random_uuid(), 0, '')",
    'INSERT INTO tombstone (tenant_id, created_at, deletion_requested_at, deleted_at) VALUES (gen_random_uuid(), now(), now(), now())',
    "INSERT INTO purge_receipt VALUES (gen_random_uuid(), 'tenant', 0)",
    "INSERT INTO slug_claim VALUES ('mine-now', gen_random_uuid())",
    'SELECT FROM audit_head',
    'SELECT FROM slug_claim',
    'SELECT slug FROM slug_claim FOR UPDATE',
    'SELECT FROM audit_event FOR UPDATE',
    'UPDATE tenant SET status_before = NULL',
    'UPDATE tenant SET status_reason_before = NULL',
    "UPDATE tenant SET slug = 'another'",
    "UPDATE invitation SET email = 'another@people.example'",
    "UPDATE invitation SET roles = '{admin}'",
    'UPDATE ownership_transfer SET to_membership_id = from_membership_id',
    'UPDATE contract SET member_limit = 1000000',
    "UPDATE idempotency_key SET answer = ''",
    'UPDATE membership SET person_id = gen_random_uuid()',
    'DELETE FROM tenant',
    'ALTER TABLE audit_event DISABLE TRIGGER ALL',
    'SET session_replication_role = replica',
    'DROP TRIGGER audit_event_is_chained ON audit_event',
  ])('is refused %s', async statement => {
    const [before, links] = [await log(), await heads()];
    await expect(as(statement)).rejects.toMatchObject({ code: '42501' });
    expect([await log(), await heads()]).toEqual([before, links]);
  });

  test('can call no trigger function directly', async () => {
    for (const name of ['chain_audit_event', 'refuse_buried_id', 'claim_slug', 'assert_owner'])
      await expect(as(`SELECT ${name}()`)).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|0A000)$/) });
    expect(inject('cluster').runtime.name).toBe(new URL(database.runtimeUrl).username);
  });
});

describe('A2: an event that the gateway’s role appends', () => {
  const append = (more = '', values = '', to?: typeof tenant, into = tenant) =>
    as(
      `INSERT INTO audit_event (tenant_id, id, at, actor_kind, actor_id, actor_name, action, outcome, rule, request_id${more})
       VALUES ($1, $2, now(), 'system', 'x', 'x', 'x', 'done', 'x', 'x'${values}) RETURNING seq`,
      [into.id, uuid()],
      to,
    );
  beforeEach(async () => void (await append()));

  test('gets its number and hashes from the database, whatever it contains', async () => {
    const [{ seq: last }] = (await append()).rows;
    const forged = await append(', seq, previous_hash, hash', ", 1, 'forged', 'forged'");
    expect(forged.rows).toEqual([{ seq: last + 1 }]);
    expect(await database.sql('SELECT * FROM crossing_audit_breaks()')).toEqual([]);
    expect(await database.sql("SELECT FROM audit_event WHERE hash = 'forged' OR previous_hash = 'forged'")).toEqual([]);
  });

  test('belongs to the bound tenant; one for another tenant is refused like one for none', async () => {
    const [before, links] = [await log(), await heads()];
    const told = await Promise.all(
      [other, { ...other, id: uuid() }].map(into => append('', '', tenant, into).then(String, error => [error.code, error.message])),
    );
    expect(told[0]).toEqual(told[1]);
    expect(told[0]![0]).toBe('42501');
    expect([await log(), await heads()]).toEqual([before, links]);
  });

  test('that is rolled back leaves no gap', async () => {
    const [{ seq: last }] = (await append()).rows;
    await expect(append(', code', ", 'NOT_FOUND'")).rejects.toMatchObject({ constraint: 'audit_event_outcome_check' });
    expect((await append()).rows).toEqual([{ seq: last + 1 }]);
  });
});
