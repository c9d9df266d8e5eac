import type { JWTPayload } from 'jose';
import { describe, expect, test } from 'vitest';
import { useResource } from '../../support/resource.ts';
import { type Caller, type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const life = useTenantFixtures();
const staff = useResource(() => life.staff());

const ABSENT = '00000000-0000-4000-8000-000000000000';

/** Each mutation of staff, with its input besides the tenant's id. */
const MUTATIONS: readonly [name: string, input: object][] = [
  ['staffSuspendTenant', { reason: 'A reason' }],
  ['staffResumeTenant', {}],
  ['staffRenameTenant', { name: 'Renamed' }],
  ['staffReplaceOwner', { membershipId: Buffer.from(`Membership:${ABSENT}:${ABSENT}`).toString('base64url'), reason: 'A reason' }],
  ['staffArrangeEnterprise', { memberLimit: 5 }],
];

const read = (caller: Caller, tenantId: string) =>
  life.query(
    caller,
    `query ($id: ID!) { staffTenant(tenantId: $id) { tenantId slug name status statusReason statusChangedAt statusBefore deletionDueAt
      plan planSince nextPlan nextPlanAt limits { memberLimit } memberUse { limit used over } memberCount sells buys createdAt
      auditEvents { totalCount edges { node { sequence action outcome code rule actorKind actorName } } } } staffTombstone(tenantId: $id) { tenantId } }`,
    { id: tenantId },
  );

describe('what staff can read', () => {
  test('a tenant’s administrative data and log, without e-mail addresses', async () => {
    const home = await life.home({ name: 'Acme' });
    await life.mutate(home.owner, 'renameTenant', { name: 'Acme GmbH' });
    await life.mutate(home.owner, 'inviteMember', { email: 'next@people.example', roles: ['VIEWER'] });
    const { data, errors, text } = await read(staff, home.id);
    expect(errors).toEqual([]);
    expect(data).toEqual({
      staffTenant: {
        ...{ tenantId: home.id, slug: home.slug, name: 'Acme GmbH', status: 'ACTIVE', statusReason: null, statusBefore: null },
        ...{ deletionDueAt: null, plan: 'PROFESSIONAL', nextPlan: null, nextPlanAt: null, limits: { memberLimit: 100 } },
        ...{ memberUse: { limit: 100, used: 7, over: 0 }, memberCount: 6, sells: false, buys: false },
        ...{ statusChangedAt: expect.any(String), planSince: expect.any(String), createdAt: expect.any(String) },
        auditEvents: {
          totalCount: 2,
          edges: [{ node: event(2, 'INVITATION_CREATE', 'R5', home) }, { node: event(1, 'TENANT_RENAME', 'S1', home) }],
        },
      },
      staffTombstone: null,
    });
    expect(text).not.toContain('@');
  });

  const event = (sequence: number, action: string, rule: string, home: TenantWithMembers) => ({
    ...{ sequence, action, rule, outcome: 'DONE', code: null, actorKind: 'USER', actorName: home.owner.person.name },
  });

  test('the id is accepted in upper case', async () => {
    const home = await life.home();
    expect((await read(staff, home.id.toUpperCase())).data.staffTenant.tenantId).toBe(home.id);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, string]>([
    ['an absent id', ABSENT],
    ['the nil UUID',             '00000000-0000-0000-0000-000000000000'],
    ['an empty id',              ''],
    ['a slug',                   'home-1'],
    ['a number',                 '7'],
    ['SQL',                      "' OR 1=1 --"],
    ['an id with a suffix',      `${ABSENT}'`],
    ['an id with a line break',  `${ABSENT}\n`],
    ['a very long text',         'x'.repeat(10_000)],
  ])('%s reads null, and a mutation of it is NOT_FOUND and writes nothing', async (_what, id) => {
    const before = await life.rows({});
    const { data, errors } = await read(staff, id);
    expect(errors).toEqual([]);
    expect(data).toEqual({ staffTenant: null, staffTombstone: null });
    for (const [name, input] of MUTATIONS) {
      const answer = await life.mutate(staff, name, { tenantId: id, ...input });
      expect(answer.data).toEqual({ [name]: null });
      expect(answer.errors).toMatchObject([{ message: 'There is no such tenant.', extensions: { code: 'NOT_FOUND' } }]);
    }
    expect(await life.rows({})).toEqual(before);
  });

  test('T3: a tenant in the header is refused: staff name the tenant in the input', async () => {
    const home = await life.home();
    const { status, errors } = await life.query({ ...(staff as { token: string }), tenant: home.id }, '{ viewer { name } }');
    expect([status, errors[0]?.extensions.code]).toEqual([403, 'TENANT_NOT_FOUND']);
  });

  test('T4: several tenants in one query are each read under their own binding', async () => {
    const [one, two] = [await life.home({ name: 'One' }), await life.home({ name: 'Two' })];
    const { data, errors } = await life.query(
      staff,
      `query ($a: ID!, $b: ID!) { a: staffTenant(tenantId: $a) { ...t } b: staffTenant(tenantId: $b) { ...t } c: staffTenant(tenantId: $a) { ...t } }
       fragment t on StaffTenant { name memberUse { used } auditEvents { totalCount } }`,
      { a: one.id, b: two.id },
    );
    expect(errors).toEqual([]);
    const as = (name: string) => ({ name, memberUse: { used: 6 }, auditEvents: { totalCount: 0 } });
    expect(data).toEqual({ a: as('One'), b: as('Two'), c: as('One') });
  });
});

describe("callers who aren't staff", () => {
  test.each(['owner', 'admin', 'viewer'] as const)('the %s can read neither the own tenant nor another', async role => {
    const [home, other] = [await life.home(), await life.home()];
    for (const { id } of [home, other]) {
      const { data, errors } = await read(home[role], id);
      expect(data).toEqual({ staffTenant: null, staffTombstone: null });
      expect(errors).toMatchObject([
        { path: ['staffTenant'], extensions: { code: 'FORBIDDEN', permission: 'staff:read-tenant', because: 'ROLE' } },
        { path: ['staffTombstone'], extensions: { code: 'FORBIDDEN', permission: 'staff:read-tenant', because: 'ROLE' } },
      ]);
    }
  });

  test.each(MUTATIONS)(
    'A1: a member who calls %s is refused, which is logged in their own tenant whichever was named',
    async (name, input) => {
      const [home, other] = [await life.home(), await life.home()];
      const kept = await life.rows({ except: home.id });
      for (const tenantId of [other.id, home.id, ABSENT]) {
        const { data, errors } = await life.mutate(home.admin, name, { tenantId, ...input });
        expect(data).toEqual({ [name]: null });
        expect(errors).toMatchObject([
          { extensions: { code: 'FORBIDDEN', because: 'ROLE', requires: { principals: ['STAFF'], roles: [] } } },
        ]);
      }
      expect(await life.rows({ except: home.id })).toEqual(kept);
      const refused = { outcome: 'refused', code: 'FORBIDDEN', by: 'user', name: home.admin.person.name };
      expect(await life.events(home)).toMatchObject([refused]);
      const counted = await life.database.sql('SELECT count::int AS count FROM refusal_count WHERE tenant_id = $1', [home.id]);
      expect(counted).toEqual([{ count: 2 }]);
      expect(await life.statusOf(home)).toEqual({ status: 'active', reason: null });
    },
  );

  // biome-ignore format: a table is read by its columns
  test.each<[string, JWTPayload]>([
    ['a claim that says "true"',  { ipto_staff: 'true' }],
    ['a claim that says 1',       { ipto_staff: 1 }],
    ['a claim that says false',   { ipto_staff: false }],
    ['a claim of another name',   { staff: true }],
  ])("%s doesn't make a caller staff", async (_what, claims) => {
    const home = await life.home();
    const token = await life.gateway.tokenOf({ subject: 'somebody', name: 'Somebody' }, claims);
    expect((await life.mutate({ token }, 'staffSuspendTenant', { tenantId: home.id, reason: 'Mine' })).errors).toHaveLength(1);
    expect(await life.statusOf(home)).toEqual({ status: 'active', reason: null });
    expect(await life.events(home)).toEqual([]);
  });

  test('an anonymous caller is asked to sign in', async () => {
    const home = await life.home();
    for (const [name, input] of MUTATIONS) {
      const { errors } = await life.gateway.ask(
        `mutation ($input: ${name[0]!.toUpperCase()}${name.slice(1)}Input!) { ${name}(input: $input) { __typename } }`,
        { variables: { input: { tenantId: home.id, ...input } } },
      );
      expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED', because: 'SIGN_IN' } }]);
    }
    expect(await life.events(home)).toEqual([]);
  });
});
