import { describe, expect, test } from 'vitest';
import { grantOf, type Principal, type TenantAccess } from '../../src/access/grant.ts';
import { ROLE_MEANING, STATUS_MEANING } from '../../src/access/meaning.ts';
import { PERMISSIONS, type Permission, type Rule, ruleOf } from '../../src/access/policy.ts';
import { CODE_OF, refusalBy, refusalOf, sentenceOf } from '../../src/access/refusal.ts';
import { TIERS_WITH } from '../../src/access/vocabulary.ts';
import { useDatabase } from '../support/database.ts';
import { FEATURES, PLANS, ROLES, type Role, STATUSES, type Status } from './expectation.ts';

const USER: Principal = { kind: 'user' };
const NOBODY: Principal = { kind: 'nobody' };
const STAFF: Principal = { kind: 'staff' };
const key = (...scopes: readonly Permission[]): Principal => ({ kind: 'api_key', keyId: 'a key', scopes: new Set(scopes) });
const tenantAccess = (status: Status, ...roles: readonly Role[]): TenantAccess => ({ tenantId: 'tenant', status, features: [], roles });
const refused = (permission: Permission, principal: Principal, at: TenantAccess | null) => refusalOf(permission, grantOf(principal, at));

const ANALYTICS: Rule = {
  principals: ['user', 'api_key'],
  context: 'tenant',
  roles: ['owner', 'viewer'],
  statuses: ['active', 'suspended'],
  feature: 'advanced_analytics',
  meaning: 'A rule of the tests',
};

describe('a refusal', () => {
  test('lists everything that would satisfy it, and nothing else', () => {
    expect(refused('tenant:rename', USER, tenantAccess('suspended', 'admin'))).toEqual({
      code: 'TENANT_STATUS',
      permission: 'tenant:rename',
      because: 'TENANT_STATUS',
      requires: { principals: ['user'], roles: ['owner', 'admin'], statuses: ['active'], plans: null },
      tenantStatus: 'suspended',
    });
    expect(refused('tenant:create', NOBODY, null)).toEqual({
      code: 'UNAUTHENTICATED',
      permission: 'tenant:create',
      because: 'SIGN_IN',
      requires: { principals: ['user'], roles: [], statuses: [], plans: null },
      tenantStatus: null,
    });
  });

  test('P5: on a plan without the feature it lists the plans that have it', () => {
    expect(refused('analytics:read-series', USER, tenantAccess('suspended', 'viewer'))).toEqual({
      code: 'PLAN_REQUIRED',
      permission: 'analytics:read-series',
      because: 'PLAN',
      requires: {
        principals: ['user', 'api_key'],
        roles: ['owner', 'admin', 'seller_manager', 'viewer'],
        statuses: ['active', 'suspended', 'pending_deletion'],
        plans: ['PROFESSIONAL', 'ENTERPRISE'],
      },
      tenantStatus: 'suspended',
    });
    const advanced: TenantAccess = { ...tenantAccess('suspended', 'viewer'), features: ['advanced_analytics'] };
    expect(refused('analytics:read-series', USER, advanced)).toBeNull();
    expect(refused('analytics:read-series', USER, { ...advanced, roles: ['buyer_manager'] })).toMatchObject({ because: 'ROLE' });
  });

  test('P5: names the plans that have the feature', () => {
    expect(refusalBy('plan:read', ANALYTICS, { principal: USER, tenantAccess: tenantAccess('active', 'viewer') })).toEqual({
      code: 'PLAN_REQUIRED',
      permission: 'plan:read',
      because: 'PLAN',
      requires: {
        principals: ['user', 'api_key'],
        roles: ['owner', 'viewer'],
        statuses: ['active', 'suspended'],
        plans: ['PROFESSIONAL', 'ENTERPRISE'],
      },
      tenantStatus: 'active',
    });
  });

  test('of a permission for named tenants lists the statuses in which it works', () => {
    expect(refused('staff:suspend', STAFF, { ...tenantAccess('suspended'), named: true })).toEqual({
      code: 'TENANT_STATUS',
      permission: 'staff:suspend',
      because: 'TENANT_STATUS',
      requires: { principals: ['staff'], roles: [], statuses: ['active'], plans: null },
      tenantStatus: 'suspended',
    });
    expect(refused('staff:suspend', STAFF, null)).toBeNull();
    expect(refused('staff:suspend', USER, tenantAccess('active', 'owner'))).toEqual({
      code: 'FORBIDDEN',
      permission: 'staff:suspend',
      because: 'ROLE',
      requires: { principals: ['staff'], roles: [], statuses: ['active'], plans: null },
      tenantStatus: 'active',
    });
  });

  test('K2: lists for an API key the status in which keys work', () => {
    expect(refused('tenant:read', key('tenant:read'), tenantAccess('suspended'))).toMatchObject({
      because: 'TENANT_STATUS',
      requires: { statuses: ['active'] },
    });
  });

  test('exists exactly when the permission is missing', () => {
    const principals = [NOBODY, USER, STAFF, key(), key('tenant:read'), key(...PERMISSIONS)];
    const standings = [
      null,
      ...STATUSES.flatMap(status => [
        tenantAccess(status),
        { ...tenantAccess(status), named: true },
        ...ROLES.map(role => tenantAccess(status, role)),
      ]),
    ];
    for (const principal of principals)
      for (const at of standings)
        for (const permission of PERMISSIONS) {
          const grant = grantOf(principal, at);
          expect(refusalOf(permission, grant) === null).toBe(grant.permissions.has(permission));
        }
  });

  test('has the code of its obstacle', () => {
    expect(CODE_OF).toEqual({
      SIGN_IN: 'UNAUTHENTICATED',
      NO_TENANT: 'TENANT_REQUIRED',
      ROLE: 'FORBIDDEN',
      KEY_SCOPE: 'FORBIDDEN',
      TENANT_STATUS: 'TENANT_STATUS',
      PLAN: 'PLAN_REQUIRED',
    });
  });
});

describe('a refusal in a sentence', () => {
  const NAMED: TenantAccess = { ...tenantAccess('suspended'), named: true };
  const ONE: Rule = { ...ANALYTICS, roles: ['owner'], statuses: ['active'] };
  // biome-ignore format: a table is read by its columns
  test.each<[Permission, Rule, Principal, TenantAccess | null, string]>([
    ['tenant:read',   ruleOf('tenant:read'),   NOBODY,               null,                              'Sign in: tenant:read is not for anonymous requests.'],
    ['tenant:rename', ruleOf('tenant:rename'), USER,                 null,                              'Send X-Tenant-Id: tenant:rename needs a tenant.'],
    ['tenant:rename', ruleOf('tenant:rename'), USER,                 tenantAccess('active', 'viewer'),      'tenant:rename needs the role owner or admin.'],
    ['tenant:rename', ONE,                     USER,                 tenantAccess('active', 'viewer'),      'tenant:rename needs the role owner.'],
    ['member:list',   ruleOf('member:list'),   USER,                 tenantAccess('active', 'operator'),    'member:list needs the role owner, admin, seller_manager, buyer_manager or viewer.'],
    ['tenant:create', ruleOf('tenant:create'), STAFF,                null,                              'tenant:create needs a user.'],
    ['staff:suspend', ruleOf('staff:suspend'), USER,                 tenantAccess('active', 'owner'),       'staff:suspend needs platform staff.'],
    ['staff:suspend', ruleOf('staff:suspend'), NOBODY,               null,                              'Sign in: staff:suspend is not for anonymous requests.'],
    ['staff:suspend', ruleOf('staff:suspend'), STAFF,                NAMED,                             'staff:suspend works while the tenant is active; it is suspended.'],
    ['invitation:accept', ruleOf('invitation:accept'), STAFF,        null,                              'invitation:accept needs a user.'],
    ['invitation:accept', ruleOf('invitation:accept'), USER,         NAMED,                             'invitation:accept works while the tenant is active; it is suspended.'],
    ['tenant:read',   ruleOf('tenant:read'),   key(),                tenantAccess('active'),                'This API key does not carry tenant:read.'],
    ['tenant:create', ruleOf('tenant:create'), key('tenant:create'), tenantAccess('active'),                'This API key does not carry tenant:create.'],
    ['tenant:rename', ruleOf('tenant:rename'), USER,                 tenantAccess('suspended', 'owner'),    'tenant:rename works while the tenant is active; it is suspended.'],
    ['plan:read',     ANALYTICS,               USER,                 tenantAccess('deleted', 'owner'),      'plan:read works while the tenant is active or suspended; it is deleted.'],
    ['tenant:read',   ruleOf('tenant:read'),   USER,                 tenantAccess('deleted', 'owner'),      'tenant:read works while the tenant is active, suspended or pending_deletion; it is deleted.'],
    ['analytics:read-series', ruleOf('analytics:read-series'), USER, tenantAccess('active', 'viewer'),      'analytics:read-series needs the plan PROFESSIONAL or ENTERPRISE.'],
    ['dataset:write', ruleOf('dataset:write'), USER,                 tenantAccess('active', 'viewer'),      'dataset:write needs the role owner, admin or seller_manager.'],
    ['object:retrieve', ruleOf('object:retrieve'), USER,             tenantAccess('suspended', 'owner'),    'object:retrieve works while the tenant is active; it is suspended.'],
    ['plan:read',     ANALYTICS,               USER,                 tenantAccess('active', 'owner'),       'plan:read needs the plan PROFESSIONAL or ENTERPRISE.'],
  ])('%s: %5$s', (permission, rule, principal, at, sentence) => {
    expect(sentenceOf(refusalBy(permission, rule, { principal, tenantAccess: at })!)).toBe(sentence);
  });
});

describe('the descriptions', () => {
  test('of roles and statuses all differ', () => {
    expect(Object.keys(ROLE_MEANING)).toEqual(ROLES);
    expect(Object.keys(STATUS_MEANING)).toEqual(STATUSES);
    for (const meanings of [Object.values(ROLE_MEANING), Object.values(STATUS_MEANING)]) {
      for (const meaning of meanings) expect(meaning).toMatch(/^[A-Z].+\.$/);
      expect(new Set(meanings).size).toBe(meanings.length);
    }
  });
});

describe('the plans with a feature', () => {
  const database = useDatabase();

  test('are those of the catalogue in the database', async () => {
    expect(Object.keys(TIERS_WITH)).toEqual(FEATURES);
    for (const feature of FEATURES) {
      const rows = await database.sql<{ code: string }>('SELECT code FROM plan WHERE $1 = ANY (features) ORDER BY rank', [feature]);
      expect(TIERS_WITH[feature]).toEqual(rows.map(({ code }) => code));
    }
  });

  test('the catalogue has the four plans, lowest first, and no feature that has no name here', async () => {
    expect((await database.sql('SELECT code FROM plan ORDER BY rank')).map(({ code }) => code)).toEqual(PLANS);
    expect((await database.sql('SELECT DISTINCT unnest(features) AS feature FROM plan')).map(({ feature }) => feature)).toEqual(FEATURES);
  });
});
