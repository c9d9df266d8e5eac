import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fixtures, type Person, useDatabase } from '../../support/database.ts';

/** The status machine (SPEC S) as the database enforces it for every writer, here a superuser. */
const database = useDatabase();
let owner: Person;
beforeAll(async () => {
  owner = await fixtures(database).person('Owner');
});

let id: string;
let made = 0;
/** A tenant of each test's own. */
beforeEach(async () => {
  made += 1;
  id = (await fixtures(database).tenant(`tenant-${made}`, owner)).id;
});

/** What a burial writes first. */
const bury = () =>
  database.sql(
    'INSERT INTO tombstone (tenant_id, created_at, deletion_requested_at, deleted_at) VALUES ($1, now(), now(), now()) ON CONFLICT DO NOTHING',
    [id],
  );
const move = async (status: string, more = '') => {
  if (status === 'deleted') await bury();
  return database.sql(`UPDATE tenant SET status = '${status}'${more} WHERE tenant_id = $1`, [id]);
};
const suspend = (reason: string) => move('suspended', `, status_reason = '${reason}'`);
const now = async () =>
  (
    await database.sql(
      `SELECT status, status_reason AS reason, status_before AS before, status_reason_before AS reason_before, deletion_due_at AS due
       FROM tenant WHERE tenant_id = $1`,
      [id],
    )
  )[0]!;

/** The ways to a status. What a cancelled deletion leads back to depends on the way. */
const WAYS = {
  active: [],
  suspended: ['suspended'],
  'pending_deletion from active': ['pending_deletion'],
  'pending_deletion from suspended': ['suspended', 'pending_deletion'],
  deleted: ['pending_deletion', 'deleted'],
} as const;

const Y = true;
const _ = false;
// biome-ignore format: a table is read by its columns
const MOVES: Readonly<Record<keyof typeof WAYS, readonly [active: boolean, suspended: boolean, pending: boolean, deleted: boolean]>> = {
  active:                            [Y, Y, Y, _],
  suspended:                         [Y, Y, Y, _],
  'pending_deletion from active':    [Y, _, Y, Y],
  'pending_deletion from suspended': [_, Y, Y, Y],
  deleted:                           [_, _, _, Y],
};
const STATUSES = ['active', 'suspended', 'pending_deletion', 'deleted'] as const;
const PAIRS = (Object.keys(WAYS) as (keyof typeof WAYS)[]).flatMap(from => STATUSES.map((to, at) => [from, to, MOVES[from][at]!] as const));

describe('S: a tenant goes', () => {
  test.each(PAIRS.filter(([, , allowed]) => allowed))('from %s to %s', async (from, to) => {
    for (const status of WAYS[from]) await move(status);
    await move(to);
    expect(await now()).toMatchObject({ status: to });
  });

  test.each(PAIRS.filter(([, , allowed]) => !allowed))('never from %s to %s', async (from, to) => {
    for (const status of WAYS[from]) await move(status);
    const before = await now();
    await expect(move(to)).rejects.toMatchObject({ code: '23514', constraint: 'tenant_status_moves' });
    expect(await now()).toEqual(before);
  });
});

test('S4: only a burial deletes it: the gateway’s role can’t write the tombstone that is required', async () => {
  await move('pending_deletion');
  const deleting = database.sql("UPDATE tenant SET status = 'deleted' WHERE tenant_id = $1", [id]);
  await expect(deleting).rejects.toMatchObject({ code: '23514', constraint: 'tenant_deletion_is_a_burial' });
  expect(await now()).toMatchObject({ status: 'pending_deletion' });
});

describe('S3: the status before a requested deletion', () => {
  test.each(['active', 'suspended'] as const)('is stored with its reason, and restored by a cancellation: %s', async status => {
    if (status === 'suspended') await suspend('Unpaid');
    const reason = status === 'suspended' ? 'Unpaid' : null;
    await move('pending_deletion', ", status_reason = 'The owner asked'");
    expect(await now()).toEqual({
      status: 'pending_deletion',
      reason: 'The owner asked',
      before: status,
      reason_before: reason,
      due: expect.any(Date),
    });
    await move(status, ", status_reason = 'Whatever the writer says'");
    expect(await now()).toEqual({ status, reason, before: null, reason_before: null, due: null });
  });

  test('can’t be chosen by a writer, so that a suspension isn’t lost', async () => {
    await suspend('Unpaid');
    await move('pending_deletion', ", status_before = 'active', status_reason_before = 'None'");
    expect(await now()).toMatchObject({ before: 'suspended', reason_before: 'Unpaid' });
    await expect(move('active', ", status_before = 'active'")).rejects.toMatchObject({ constraint: 'tenant_status_moves' });
    await move('suspended');
    expect(await now()).toMatchObject({ status: 'suspended', reason: 'Unpaid' });
  });

  test('is forgotten when the tenant is deleted', async () => {
    await suspend('Unpaid');
    await move('pending_deletion');
    await move('deleted');
    expect(await now()).toMatchObject({ before: null, reason_before: null, due: null });
  });

  test('survives other writes to the tenant', async () => {
    await suspend('Unpaid');
    await move('pending_deletion');
    await database.sql("UPDATE tenant SET name = 'Renamed', status = 'pending_deletion' WHERE tenant_id = $1", [id]);
    expect(await now()).toMatchObject({ status: 'pending_deletion', before: 'suspended', reason_before: 'Unpaid' });
  });
});

describe('S3: the date of a deletion', () => {
  test('is the requested one', async () => {
    await move('pending_deletion', ", deletion_due_at = '2027-01-01T00:00:00Z'");
    expect(await now()).toMatchObject({ due: new Date('2027-01-01T00:00:00Z') });
  });

  test('is by default thirty days after the change, also for a new tenant in that status', async () => {
    await move('pending_deletion', ", status_changed_at = '2027-01-01T00:00:00Z'");
    expect(await now()).toMatchObject({ due: new Date('2027-01-31T00:00:00Z') });
    const made = await fixtures(database).tenant('made-so', owner, { status: 'pending_deletion' });
    expect(
      await database.sql(
        `SELECT status_before AS before, deletion_due_at = status_changed_at + interval '30 days' AS due FROM tenant WHERE tenant_id = $1`,
        [made.id],
      ),
    ).toEqual([{ before: 'active', due: true }]);
  });

  test('is dropped by a move to any other status, whatever the writer says', async () => {
    await move('suspended', ", deletion_due_at = now(), status_before = 'active', status_reason_before = 'x'");
    expect(await now()).toMatchObject({ before: null, reason_before: null, due: null });
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, readonly string[], string]>([
    ['a date without a deletion',         [],                   'deletion_due_at = now()'],
    ['a status before without one',       [],                   "status_before = 'suspended'"],
    ['both without one',                  ['suspended'],        "deletion_due_at = now(), status_before = 'active'"],
    ['a deletion without a date',         ['pending_deletion'], 'deletion_due_at = NULL'],
    ['a deletion without a status before', ['pending_deletion'], 'status_before = NULL'],
    ['a deletion before a deletion',      ['pending_deletion'], "status_before = 'pending_deletion'"],
    ['a deletion of what was deleted',    ['pending_deletion'], "status_before = 'deleted'"],
  ])('%s is refused', async (_what, way, change) => {
    for (const status of way) await move(status);
    await expect(database.sql(`UPDATE tenant SET ${change} WHERE tenant_id = $1`, [id])).rejects.toMatchObject({
      code: '23514',
      constraint: 'tenant_deletion_check',
    });
  });
});
