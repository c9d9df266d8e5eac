import { beforeAll, describe, expect, test } from 'vitest';
import { fixtures, type Person, type Tenant, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);
let owner: Person;
let viewer: Person;
let acme: Tenant;
beforeAll(async () => {
  const make = fixtures(database);
  owner = await make.person('Owner');
  viewer = await make.person('Viewer');
  acme = await make.tenant('acme', owner, { plan: 'PROFESSIONAL', name: 'Acme Data' });
  await make.tenant('other', await make.person('Other'));
  await make.member(acme, viewer, ['viewer']);
  await make.setStatus(acme, 'suspended', 'Unpaid since March');
  await database.sql(
    `UPDATE tenant SET sells = true, created_at = '2026-01-31T23:30:00.5+02', plan_since = '2026-02-28 12:00:00Z',
     status_changed_at = '2026-03-29T02:30:00.123Z' WHERE tenant_id = $1`,
    [acme.id],
  );
});

const TENANT = `{ tenant { id tenantId slug name status statusReason statusChangedAt sells buys createdAt billingEmail plan { code name support }
  planSince memberCount memberships(first: 1) { edges { node { joinedAt } } } } }`;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('the tenant', () => {
  test('returns each field, with dates in ISO 8601 in UTC', async () => {
    const { data, errors } = await gateway.ask(TENANT, { token: await gateway.tokenOf(owner) });
    expect(errors).toEqual([]);
    expect(data.tenant).toEqual({
      id: Buffer.from(`Tenant:${acme.id}`).toString('base64url'),
      tenantId: acme.id,
      slug: 'acme',
      name: 'Acme Data',
      status: 'SUSPENDED',
      statusReason: 'Unpaid since March',
      statusChangedAt: '2026-03-29T02:30:00.123Z',
      sells: true,
      buys: false,
      createdAt: '2026-01-31T21:30:00.500Z',
      billingEmail: 'acme@bills.example',
      plan: { code: 'PROFESSIONAL', name: 'Professional', support: 'PRIORITY' },
      planSince: '2026-02-28T12:00:00.000Z',
      memberCount: 2,
      memberships: { edges: [{ node: { joinedAt: expect.stringMatching(ISO) } }] },
    });
  });

  test('refuses a viewer the billing e-mail and returns the other fields', async () => {
    const { data, errors } = await gateway.ask('{ tenant { name billingEmail plan { code } } }', { token: await gateway.tokenOf(viewer) });
    expect(data.tenant).toEqual({ name: 'Acme Data', billingEmail: null, plan: { code: 'PROFESSIONAL' } });
    expect(errors).toMatchObject([{ path: ['tenant', 'billingEmail'], extensions: { because: 'ROLE', tenantStatus: 'SUSPENDED' } }]);
  });

  test('a refused field with two aliases has two errors, each with its alias', async () => {
    const { data, errors } = await gateway.ask('{ one: tenant { mail: billingEmail } two: tenant { billingEmail name } }', {
      token: await gateway.tokenOf(viewer),
    });
    expect(data).toEqual({ one: { mail: null }, two: { billingEmail: null, name: 'Acme Data' } });
    // Both fields are resolved concurrently, so the order of the errors is undefined.
    expect(errors.map(({ path }) => path?.join('.')).sort()).toEqual(['one.mail', 'two.billingEmail']);
  });
});

describe('R7, S5: changes apply to the next request', () => {
  const ask = async (person: Person, tenant?: string) =>
    gateway.ask('{ tenant { name billingEmail memberships { totalCount } } }', { token: await gateway.tokenOf(person), tenant });
  const refusals = async (person: Person) =>
    (await ask(person)).errors.map(({ path, extensions }) => [path?.join('.'), extensions.because, extensions.tenantStatus]);
  const setRoles = (roles: string) =>
    database.sql(`UPDATE membership SET roles = '{${roles}}' WHERE tenant_id = '${acme.id}' AND person_id = '${viewer.id}'`);

  test('a role that is added or removed', async () => {
    await setRoles('viewer,admin');
    expect(await refusals(viewer)).toEqual([]);
    await setRoles('viewer');
    expect(await refusals(viewer)).toEqual([['tenant.billingEmail', 'ROLE', 'SUSPENDED']]);
    await setRoles('operator');
    expect((await refusals(viewer)).sort()).toEqual([
      ['tenant.billingEmail', 'ROLE', 'SUSPENDED'],
      ['tenant.memberships', 'ROLE', 'SUSPENDED'],
    ]);
    await setRoles('viewer');
  });

  test('a status', async () => {
    const make = fixtures(database);
    await make.setStatus(acme, 'pending_deletion');
    expect((await gateway.ask('{ tenant { status } }', { token: await gateway.tokenOf(owner) })).data.tenant).toEqual({
      status: 'PENDING_DELETION',
    });
    await make.setStatus(acme, 'suspended');
    expect(await refusals(owner)).toEqual([]);
  });

  test('a removed membership, with and without naming the tenant', async () => {
    const make = fixtures(database);
    const guest = await make.person('Guest');
    const membership = await make.member(acme, guest, ['admin']);
    expect((await ask(guest)).errors).toEqual([]);
    await database.sql('DELETE FROM membership WHERE id = $1', [membership.id]);
    expect(await refusals(guest)).toEqual([['tenant', 'NO_TENANT', null]]);
    expect((await ask(guest, 'acme')).errors).toMatchObject([{ extensions: { code: 'TENANT_NOT_FOUND' } }]);
  });
});
