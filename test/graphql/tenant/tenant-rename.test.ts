import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fixtures, type Member, type Tenant, useDatabase } from '../../support/database.ts';
import { type Answer, useGateway } from '../../support/gateway.ts';
import { waitFor } from '../../support/wait.ts';

const database = useDatabase();
const gateway = useGateway(database);
let acme: Tenant;
let other: Tenant;
let admin: Member;
let token: string;

let made = 0;
/** Creates a tenant for each test. */
beforeEach(async () => {
  const make = fixtures(database);
  made += 1;
  const owner = await make.person(`Owner ${made}`);
  acme = await make.tenant(`acme-${made}`, owner, { name: 'As it was' });
  other = await make.tenant(`other-${made}`, owner, { name: 'The other' });
  admin = await make.member(acme, await make.person(`Admin ${made}`), ['admin']);
  token = await gateway.tokenOf(admin.person);
});

const nameOf = async ({ id }: Tenant) =>
  (await database.sql<{ name: string }>('SELECT name FROM tenant WHERE tenant_id = $1', [id]))[0]?.name;
const rename = (name: unknown): Promise<Answer> =>
  gateway.ask('mutation ($input: RenameTenantInput!) { renameTenant(input: $input) { tenant { tenantId name } } }', {
    token,
    variables: { input: { name } },
  });

describe('renameTenant', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string]>([
    ['a new name',                                     'Acme GmbH',         'Acme GmbH'],
    ['white space at its ends is dropped',             ' \t Acme\u00a0 ',   'Acme'],
    ['a combining accent is composed (NFC)',           'Cafe\u0301',        'Caf\u00e9'],
    ['one character',                                  'x',                 'x'],
    ['120 characters',                                 'x'.repeat(120),     'x'.repeat(120)],
    ['120 characters of two UTF-16 units each',        '😀'.repeat(120),    '😀'.repeat(120)],
    ['120 characters after composing the accents',     'e\u0301'.repeat(120), '\u00e9'.repeat(120)],
    ['120 characters and white space around them',     `  ${'x'.repeat(120)}  `, 'x'.repeat(120)],
    ['quotes and markup are literal',                  `'"<b>;--`,          `'"<b>;--`],
    ['the current name',                               'As it was',         'As it was'],
  ])('%s', async (_what, typed, stored) => {
    const { data, errors } = await rename(typed);
    expect(errors).toEqual([]);
    expect(data.renameTenant.tenant).toEqual({ tenantId: acme.id, name: stored });
    expect(await nameOf(acme)).toBe(stored);
    expect(await nameOf(other)).toBe('The other');
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string, string]>([
    ['an empty name',                '',                   'The name is empty.'],
    ['only white space',             ' \n\t\u2003',        'The name is empty.'],
    ['121 characters',               'x'.repeat(121),      'The name is longer than 120 characters.'],
    ['121 characters of two UTF-16 units each', '😀'.repeat(121),     'The name is longer than 120 characters.'],
    ['a line break inside',          'a\nb',               'The name contains control characters or direction overrides. Remove them.'],
    ['a line separator inside',      'a\u2028b',           'The name contains control characters or direction overrides. Remove them.'],
    ['a NUL',                        'a\u0000b',           'A text holds a NUL character or half of a surrogate pair.'],
    ['half a surrogate pair',        'a\ud83db',           'A text holds a NUL character or half of a surrogate pair.'],
  ])('%s is BAD_USER_INPUT and changes nothing', async (_what, typed, message) => {
    const { errors } = await rename(typed);
    expect(errors).toMatchObject([{ message, extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await nameOf(acme)).toBe('As it was');
  });

  test('the error contains the length that is too large', async () => {
    expect((await rename('x'.repeat(130))).errors[0]!.extensions).toMatchObject({ limit: 120, actual: 130 });
  });

  test('a caller without the permission is refused before the name is validated', async () => {
    await database.sql(`UPDATE membership SET roles = '{viewer}' WHERE id = $1`, [admin.id]);
    expect((await rename('')).errors).toMatchObject([{ path: ['renameTenant'], extensions: { because: 'ROLE' } }]);
  });

  test('several in one request run in order, each with its own result', async () => {
    const { data, errors } = await gateway.ask(
      `mutation { one: renameTenant(input: { name: "One" }) { tenant { name } } none: renameTenant(input: { name: "" }) { tenant { name } }
        two: renameTenant(input: { name: "Two" }) { tenant { name } } }`,
      { token },
    );
    expect(data).toEqual({ one: { tenant: { name: 'One' } }, none: null, two: { tenant: { name: 'Two' } } });
    expect(errors).toMatchObject([{ path: ['none'], extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await nameOf(acme)).toBe('Two');
  });
});

describe("a permission that is lost between the field's check and the change", () => {
  let holder: pg.Client;
  beforeEach(async () => {
    holder = new pg.Client({ connectionString: database.adminUrl });
    await holder.connect();
  });
  afterEach(() => holder?.end());

  /** Locks the tenant's row, lets a rename wait for it, makes the change and commits. */
  async function meanwhile(change: string): Promise<Answer> {
    await holder.query('BEGIN');
    await holder.query('SELECT FROM tenant WHERE tenant_id = $1 FOR UPDATE', [acme.id]);
    const answer = rename('Too late');
    const waiting = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    await waitFor(async () => expect(await database.sql(waiting)).toHaveLength(1));
    await holder.query(change);
    await holder.query('COMMIT');
    return answer;
  }
  const inAcme = () => `tenant_id = '${acme.id}'`;
  const mine = () => `${inAcme()} AND id = '${admin.id}'`;

  // biome-ignore format: a table is read by its columns
  test.each<[string, () => string, string, string | null]>([
    ['the tenant is suspended',            () => `UPDATE tenant SET status = 'suspended' WHERE ${inAcme()}`,        'TENANT_STATUS', 'SUSPENDED'],
    ['the tenant is to be deleted',        () => `UPDATE tenant SET status = 'pending_deletion' WHERE ${inAcme()}`, 'TENANT_STATUS', 'PENDING_DELETION'],
    ['the tenant is deleted',              () => `SET LOCAL session_replication_role = replica; UPDATE tenant SET status = 'deleted' WHERE ${inAcme()}`, 'TENANT_STATUS', 'DELETED'],
    ['the role is removed',                () => `UPDATE membership SET roles = '{viewer}' WHERE ${mine()}`,        'ROLE',          'ACTIVE'],
    ['the membership is removed',          () => `DELETE FROM membership WHERE ${mine()}`,                          'ROLE',          'ACTIVE'],
    ['role and status change',             () => `UPDATE membership SET roles = '{viewer}' WHERE ${mine()}; UPDATE tenant SET status = 'suspended' WHERE ${inAcme()}`, 'ROLE', 'SUSPENDED'],
    ['the tenant’s row is gone',           () => `DELETE FROM membership WHERE ${inAcme()}; DELETE FROM audit_subject WHERE ${inAcme()}; DELETE FROM tenant WHERE ${inAcme()}`, 'NO_TENANT', null],
  ])('%s: refused like the field itself, and nothing is changed', async (_what, change, because, tenantStatus) => {
    const { data, errors, headers } = await meanwhile(change());
    expect(data).toEqual({ renameTenant: null });
    expect(errors).toMatchObject([{ path: ['renameTenant'] }]);
    expect(errors[0]!.extensions).toEqual({
      code: { TENANT_STATUS: 'TENANT_STATUS', ROLE: 'FORBIDDEN', NO_TENANT: 'TENANT_REQUIRED' }[because],
      permission: 'tenant:rename',
      because,
      requires: { principals: ['USER'], roles: ['OWNER', 'ADMIN'], statuses: ['ACTIVE'], plans: null },
      tenantStatus,
      requestId: headers.get('x-request-id'),
    });
    expect(await nameOf(acme)).not.toBe('Too late');
    expect(await nameOf(other)).toBe('The other');
  });

  test('a caller with two roles who loses one of them can still rename by the other', async () => {
    await database.sql(`UPDATE membership SET roles = '{admin,viewer}' WHERE id = $1`, [admin.id]);
    const { errors } = await meanwhile(`UPDATE membership SET roles = '{admin}' WHERE ${mine()}`);
    expect(errors).toEqual([]);
    expect(await nameOf(acme)).toBe('Too late');
  });

  test("a suspension of the person's other tenant and another member's lost role don't matter", async () => {
    const { errors } = await meanwhile(`UPDATE tenant SET status = 'suspended' WHERE tenant_id = '${other.id}'`);
    expect(errors).toEqual([]);
    expect(await nameOf(acme)).toBe('Too late');
  });
});
