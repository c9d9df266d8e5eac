import { beforeAll, describe, expect, test } from 'vitest';
import { fixtures, type Person, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);
let sam: Person;
let tenants: Record<'acme' | 'bakery' | 'closed', { id: string; slug: string }>;
beforeAll(async () => {
  const make = fixtures(database);
  const owner = await make.person('Owner');
  sam = await make.person('Sam');
  tenants = {
    acme: await make.tenant('acme', owner, { plan: 'STARTER', name: 'Acme Data' }),
    bakery: await make.tenant('bakery', owner, { plan: 'FREE', name: 'The Bakery' }),
    closed: await make.tenant('closed', owner),
  };
  await make.member(tenants.bakery, sam, ['operator', 'buyer_manager']);
  await make.member(tenants.closed, sam, ['viewer']);
  await make.member(tenants.acme, sam, ['operator']);
  await make.setStatus(tenants.bakery, 'suspended', 'Unpaid');
  await make.setStatus(tenants.closed, 'deleted');
  await database.sql(`UPDATE tenant SET sells = true WHERE slug = 'acme'; UPDATE tenant SET buys = true WHERE slug = 'bakery';
    UPDATE membership m SET created_at = '2026-03-01T10:00:00.250Z' FROM tenant t WHERE t.tenant_id = m.tenant_id AND slug = 'bakery';
    UPDATE membership m SET created_at = '2026-03-02T10:00:00Z' FROM tenant t WHERE t.tenant_id = m.tenant_id AND slug = 'acme'`);
});

const SUMMARY = 'tenantId slug name status statusReason plan sells buys roles joinedAt';
const WHO = `{ viewer { principal name email emailVerified permissions membership { slug roles } memberships { ${SUMMARY} } } }`;
const summaries = () => [
  {
    tenantId: tenants.bakery.id,
    slug: 'bakery',
    name: 'The Bakery',
    status: 'SUSPENDED',
    statusReason: 'Unpaid',
    plan: 'FREE',
    sells: false,
    buys: true,
    roles: ['OPERATOR', 'BUYER_MANAGER'],
    joinedAt: '2026-03-01T10:00:00.250Z',
  },
  {
    tenantId: tenants.acme.id,
    slug: 'acme',
    name: 'Acme Data',
    status: 'ACTIVE',
    statusReason: null,
    plan: 'STARTER',
    sells: true,
    buys: false,
    roles: ['OPERATOR'],
    joinedAt: '2026-03-02T10:00:00.000Z',
  },
];

describe('the caller', () => {
  test('an anonymous caller', async () => {
    const { data, errors } = await gateway.ask(WHO);
    expect(errors).toEqual([]);
    expect(data.viewer).toEqual({
      principal: 'NOBODY',
      name: null,
      email: null,
      emailVerified: null,
      permissions: [],
      membership: null,
      memberships: [],
    });
  });

  test('an anonymous caller who names a tenant stays anonymous', async () => {
    const { data, errors } = await gateway.ask(WHO, { tenant: 'acme' });
    expect(errors).toEqual([]);
    expect(data.viewer).toMatchObject({ principal: 'NOBODY', membership: null, memberships: [] });
  });

  test("a user has the token's name and e-mail, and memberships in tenants that aren’t deleted, oldest first", async () => {
    const token = await gateway.tokenOf(
      { subject: sam.subject, email: 'sam@elsewhere.example', name: 'Samantha' },
      { email_verified: false },
    );
    const { data, errors } = await gateway.ask(WHO, { token });
    expect(errors).toEqual([]);
    expect(data.viewer).toEqual({
      principal: 'USER',
      name: 'Samantha',
      email: 'sam@elsewhere.example',
      emailVerified: false,
      permissions: ['TENANT_CREATE', 'INVITATION_ACCEPT', 'INVITATION_DECLINE', 'PERSON_EXPORT', 'VIEWER_FOLLOW', 'PERSON_ERASE'],
      membership: null,
      memberships: summaries(),
    });
  });

  test('in a tenant, the membership there and still all memberships', async () => {
    const { data, errors } = await gateway.ask(WHO, { token: await gateway.tokenOf(sam), tenant: 'acme' });
    expect(errors).toEqual([]);
    expect(data.viewer).toEqual({
      principal: 'USER',
      name: 'Sam',
      email: sam.email,
      emailVerified: true,
      permissions: [
        ...['TENANT_CREATE', 'TENANT_READ', 'PLAN_READ', 'MEMBER_COUNT', 'MEMBER_DROP_ROLES', 'MEMBER_LEAVE'],
        ...['INVITATION_ACCEPT', 'INVITATION_DECLINE', 'PERSON_EXPORT', 'VIEWER_FOLLOW', 'PERSON_ERASE'],
        ...['DATASET_COUNT', 'USAGE_COUNT', 'EVENT_READ', 'WEBHOOK_READ'],
      ],
      membership: { slug: 'acme', roles: ['OPERATOR'] },
      memberships: summaries(),
    });
  });

  test('R1: two roles give the permissions of both, as far as a suspension leaves them', async () => {
    const { data } = await gateway.ask(WHO, { token: await gateway.tokenOf(sam), tenant: 'bakery' });
    expect(data.viewer).toMatchObject({
      permissions: [
        ...['TENANT_CREATE', 'TENANT_READ', 'PLAN_READ', 'MEMBER_COUNT', 'MEMBER_LIST', 'MEMBER_LEAVE'],
        ...['INVITATION_ACCEPT', 'INVITATION_DECLINE', 'PERSON_EXPORT', 'VIEWER_FOLLOW', 'PERSON_ERASE'],
        ...[
          'DATASET_COUNT',
          'MARKETPLACE_READ',
          'ENTITLEMENT_READ',
          'USAGE_COUNT',
          'USAGE_READ',
          'CHARGE_READ',
          'API_KEY_READ',
          'EVENT_READ',
          'DOCUMENT_READ',
          'WEBHOOK_READ',
        ],
      ],
      membership: { slug: 'bakery', roles: ['OPERATOR', 'BUYER_MANAGER'] },
    });
  });

  test('an unknown user has no membership', async () => {
    const { data } = await gateway.ask(WHO, { token: await gateway.tokenOf({ subject: 'new' }) });
    expect(data.viewer).toMatchObject({
      principal: 'USER',
      name: 'new',
      email: null,
      memberships: [],
      permissions: ['TENANT_CREATE', 'INVITATION_ACCEPT', 'INVITATION_DECLINE', 'PERSON_EXPORT', 'VIEWER_FOLLOW', 'PERSON_ERASE'],
    });
  });

  test('staff are staff only, even if they are members of a tenant', async () => {
    const { data, errors } = await gateway.ask(WHO, { token: await gateway.tokenOf(sam, { ipto_staff: true }) });
    expect(errors).toEqual([]);
    expect(data.viewer).toEqual({
      principal: 'STAFF',
      name: 'Sam',
      email: sam.email,
      emailVerified: true,
      permissions: ['STAFF_READ_TENANT', 'STAFF_SUSPEND', 'STAFF_RESUME', 'STAFF_RENAME', 'STAFF_REPLACE_OWNER', 'STAFF_ARRANGE_PLAN'],
      membership: null,
      memberships: [],
    });
  });

  test('the same subject at another issuer is a different person', async () => {
    await database.sql(
      `INSERT INTO person (id, issuer, subject, name) VALUES (gen_random_uuid(), 'https://other.example', 'twin', 'Twin')`,
    );
    const { data } = await gateway.ask(WHO, { token: await gateway.tokenOf({ subject: 'twin' }) });
    expect(data.viewer).toMatchObject({ name: 'twin', memberships: [] });
  });
});

describe("the caller's permissions", () => {
  const MAY = `query ($permission: PermissionName!) { viewer { can(permission: $permission)
    refusal(permission: $permission) { code message because roles statuses plans tenantStatus } } }`;
  const may = async (permission: string, tenant?: string) =>
    gateway.ask(MAY, { token: await gateway.tokenOf(sam), tenant, variables: { permission } });

  test('a permission that the caller has, has no refusal', async () => {
    expect((await may('MEMBER_COUNT', 'acme')).data.viewer).toEqual({ can: true, refusal: null });
    expect((await may('TENANT_CREATE')).data.viewer).toEqual({ can: true, refusal: null });
  });

  test('G3: a permission that the caller lacks is explained beforehand', async () => {
    expect((await may('MEMBER_LIST', 'acme')).data.viewer).toEqual({
      can: false,
      refusal: {
        code: 'FORBIDDEN',
        message: 'member:list needs the role owner, admin, seller_manager, buyer_manager or viewer.',
        because: 'ROLE',
        roles: ['OWNER', 'ADMIN', 'SELLER_MANAGER', 'BUYER_MANAGER', 'VIEWER'],
        statuses: ['ACTIVE', 'SUSPENDED', 'PENDING_DELETION'],
        plans: null,
        tenantStatus: 'ACTIVE',
      },
    });
    expect((await may('TENANT_READ')).data.viewer).toMatchObject({ can: false, refusal: { because: 'NO_TENANT', tenantStatus: null } });
  });

  test.each(['tenant:read', 'TENANT_FLY', '', 'toString'])('%j is not a permission', async permission => {
    const { data, errors } = await may(permission);
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(errors[0]!.message).toContain(`Value ${JSON.stringify(permission)} does not exist in "PermissionName" enum.`);
  });
});
