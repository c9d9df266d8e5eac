import { describe, expect, test } from 'vitest';
import { grantOf, OBSTACLES, type Obstacle, obstacle, type Principal, type Standing, statusesFor } from '../../src/access/grant.ts';
import type { Permission, Rule } from '../../src/access/policy.ts';
import { PERMISSION_NAMES, type PermissionName, ROLES, type Role, STATUSES, type Status } from './expectation.ts';
import { type Asker, held } from './oracle.ts';

const USER: Principal = { kind: 'user' };
const STAFF_KIND: Principal = { kind: 'staff' };
const key = (...scopes: readonly Permission[]): Principal => ({ kind: 'api_key', scopes: new Set(scopes) });
const standing = (status: Status, roles: readonly Role[] = [], features: Standing['features'] = []): Standing => ({
  tenantId: '0190aaaa-0000-7000-8000-000000000001',
  status,
  features,
  roles,
});
const heldBy = (principal: Principal, at: Standing | null) => [...grantOf(principal, at).permissions];

/** What everybody who is signed in holds, wherever they are. */
const PERSON = ['tenant:create', 'invitation:accept', 'invitation:decline'];
const STAFF = ['staff:read-tenant', 'staff:suspend', 'staff:resume', 'staff:rename', 'staff:arrange-plan'];

/** What is held with what everybody holds, in the table's order. */
const personAnd = (...names: readonly PermissionName[]) => PERMISSION_NAMES.filter(name => [...PERSON, ...names].includes(name));

const MONITOR = ['tenant:read', 'plan:read', 'member:count'] as const;
const READER = [...MONITOR, 'member:list'] as const;
const WARDEN = [...READER, 'billing-contact:read', 'member:read-email', 'invitation:list', 'audit:read'] as const;
const SELF = ['member:drop-roles', 'member:leave'] as const;
const KEEPER = [
  ...['tenant:rename', 'billing-contact:update', 'plan:change', 'member:set-roles', 'member:remove'],
  ...['invitation:create', 'invitation:revoke'],
] as const as readonly PermissionName[];

describe('the grant of a member', () => {
  test.each([
    ['owner', 'active', personAnd(...WARDEN, ...KEEPER, ...SELF, 'ownership:transfer', 'deletion:request')],
    ['admin', 'active', personAnd(...WARDEN, ...KEEPER, ...SELF)],
    ['seller_manager', 'active', personAnd(...READER, ...SELF)],
    ['buyer_manager', 'active', personAnd(...READER, ...SELF)],
    ['operator', 'active', personAnd(...MONITOR, ...SELF)],
    ['viewer', 'active', personAnd(...READER, ...SELF)],
    ['owner', 'suspended', personAnd(...WARDEN, 'billing-contact:update', 'member:leave', 'deletion:request')],
    ['admin', 'suspended', personAnd(...WARDEN, 'billing-contact:update', 'member:leave')],
    ['viewer', 'suspended', personAnd(...READER, 'member:leave')],
    ['operator', 'suspended', personAnd(...MONITOR, 'member:leave')],
    ['owner', 'pending_deletion', personAnd(...WARDEN, 'deletion:cancel')],
    ['admin', 'pending_deletion', personAnd(...WARDEN)],
    ['operator', 'pending_deletion', personAnd(...MONITOR)],
    ['owner', 'deleted', PERSON],
    ['viewer', 'deleted', PERSON],
  ] as const)('%s, %s: what they may do, in words', (role, status, permissions) => {
    expect(heldBy(USER, standing(status, [role]))).toEqual(permissions);
  });

  test.each(STATUSES.flatMap(status => ROLES.map(role => [role, status] as const)))('%s, %s: as expected', (role, status) => {
    expect(heldBy(USER, standing(status, [role]))).toEqual(held({ kind: 'user', roles: [role], status }));
  });

  test('R1: with several roles it is the union over them, whichever comes first', () => {
    for (const status of STATUSES)
      for (const one of ROLES)
        for (const other of ROLES) {
          const both = heldBy(USER, standing(status, [one, other]));
          const union = new Set([...heldBy(USER, standing(status, [one])), ...heldBy(USER, standing(status, [other]))]);
          expect(new Set(both)).toEqual(union);
        }
  });

  test('without a role it is what needs no role', () => {
    for (const status of STATUSES) expect(heldBy(USER, standing(status))).toEqual(PERSON);
    expect(heldBy(USER, null)).toEqual(PERSON);
  });

  test('a grant keeps who and where it was worked out for', () => {
    const at = standing('active', ['viewer']);
    expect(grantOf(USER, at)).toMatchObject({ principal: USER, standing: at });
    expect(grantOf(USER, null).standing).toBeNull();
  });
});

describe('the grant of others', () => {
  test.each([
    ['nobody', []],
    ['staff', STAFF],
  ] as const)('%s holds the same in every status and with every role', (kind, permissions) => {
    expect(heldBy({ kind }, null)).toEqual(permissions);
    for (const status of STATUSES) expect(heldBy({ kind }, standing(status, ROLES))).toEqual(permissions);
  });

  // biome-ignore format: a table is read by its columns
  test.each([
    [STAFF_KIND, 'active',           ['staff:read-tenant', 'staff:suspend', 'staff:rename', 'staff:arrange-plan']],
    [STAFF_KIND, 'suspended',        ['staff:read-tenant', 'staff:resume', 'staff:rename']],
    [STAFF_KIND, 'pending_deletion', ['staff:read-tenant', 'staff:rename']],
    [STAFF_KIND, 'deleted',          ['staff:read-tenant']],
    [USER,       'active',           ['tenant:create', 'invitation:accept', 'invitation:decline']],
    [USER,       'suspended',        ['tenant:create', 'invitation:decline']],
    [USER,       'pending_deletion', ['tenant:create', 'invitation:decline']],
    [USER,       'deleted',          ['tenant:create']],
  ] as const)('of $kind over a tenant that the input leads to, %s: its status counts', (principal, status, permissions) => {
    expect(heldBy(principal, { ...standing(status), named: true })).toEqual(permissions);
    expect(heldBy(principal, { ...standing(status), named: true })).toEqual(held({ kind: principal.kind, roles: [], status, named: status }));
  });

  test.each([
    ['within its scopes', key('tenant:read', 'member:count'), 'active', ['tenant:read']],
    ['with every scope: members, plans and sign-up are never a key’s', key(...PERMISSION_NAMES), 'active', ['tenant:read']],
    ['without the scope', key('member:list'), 'active', []],
    ['without any', key(), 'active', []],
    ['while suspended', key('tenant:read'), 'suspended', []],
    ['while pending deletion', key('tenant:read'), 'pending_deletion', []],
    ['when deleted', key('tenant:read'), 'deleted', []],
  ] as const)('K1, K2: an API key %s', (_when, principal, status, permissions) => {
    expect(heldBy(principal, standing(status))).toEqual(permissions);
    expect(heldBy(principal, standing(status, ROLES))).toEqual(permissions); // a key has scopes, not roles
  });

  test('an API key in every status, for every single scope: as expected', () => {
    for (const status of STATUSES)
      for (const scope of PERMISSION_NAMES) {
        const asker: Asker = { kind: 'api_key', roles: [], status, scopes: [scope as PermissionName] };
        expect(heldBy(key(scope), standing(status))).toEqual(held(asker));
      }
  });

  test('an API key without a tenant holds nothing', () => {
    expect(heldBy(key('tenant:read'), null)).toEqual([]);
  });
});

describe('what stands in the way', () => {
  const RULE: Rule = {
    principals: ['user', 'api_key'],
    context: 'tenant',
    roles: ['admin', 'operator'],
    statuses: ['active', 'suspended'],
    feature: 'advanced_analytics',
    meaning: 'A rule of the tests',
  };
  const at = (principal: Principal, where: Standing | null, rule: Rule = RULE) => obstacle('tenant:read', rule, principal, where);
  const PLUS: Standing['features'] = ['advanced_analytics'];
  const NEITHER = key('tenant:rename');

  // biome-ignore format: a table is read by its columns
  test.each<[string, Principal, Standing | null, Obstacle | null]>([
    ['nobody, nowhere',                        { kind: 'nobody' }, null,                                      'SIGN_IN'],
    ['nobody, whatever else fails',            { kind: 'nobody' }, standing('deleted'),                       'SIGN_IN'],
    ['staff, nowhere',                         { kind: 'staff' },  null,                                      'ROLE'],
    ['staff, though all else is right',        { kind: 'staff' },  standing('active', ['admin'], PLUS),       'ROLE'],
    ['a user, nowhere',                        USER,               null,                                      'NO_TENANT'],
    ['a user, all wrong',                      USER,               standing('deleted', ['viewer']),           'ROLE'],
    ['a user, status and plan wrong',          USER,               standing('pending_deletion', ['admin']),   'TENANT_STATUS'],
    ['a user, only the status wrong',          USER,               standing('deleted', ['admin'], PLUS),      'TENANT_STATUS'],
    ['a user, only the plan wrong',            USER,               standing('suspended', ['operator']),       'PLAN'],
    ['a user, only the role wrong',            USER,               standing('active', ['owner'], PLUS),       'ROLE'],
    ['a user, one role of two right',          USER,               standing('active', ['viewer', 'operator'], PLUS), null],
    ['a user, all right',                      USER,               standing('suspended', ['admin'], PLUS),    null],
    ['a key, nowhere',                         NEITHER,            null,                                      'NO_TENANT'],
    ['a key, all wrong',                       NEITHER,            standing('suspended', ['admin']),          'KEY_SCOPE'],
    ['a key, in a status that users may',      key('tenant:read'), standing('suspended', [], PLUS),           'TENANT_STATUS'],
    ['a key, status and plan wrong',           key('tenant:read'), standing('suspended'),                     'TENANT_STATUS'],
    ['a key, only the plan wrong',             key('tenant:read'), standing('active'),                        'PLAN'],
    ['a key, all right',                       key('tenant:read'), standing('active', [], PLUS),              null],
  ])('%s', (_who, principal, where, because) => {
    expect(at(principal, where)).toBe(because);
  });

  test('a key is told of its scope where keys have no part at all', () => {
    expect(at(key('tenant:read'), standing('active', [], PLUS), { ...RULE, principals: ['user'] })).toBe('KEY_SCOPE');
    expect(at(key('tenant:read'), null, { ...RULE, principals: ['user'] })).toBe('KEY_SCOPE');
  });

  test('a rule that needs no tenant asks for no role, status or plan', () => {
    const rule: Rule = { ...RULE, context: 'none' };
    for (const where of [null, standing('deleted')]) {
      expect(at(USER, where, rule)).toBeNull();
      expect(at({ kind: 'nobody' }, where, rule)).toBe('SIGN_IN');
      expect(at({ kind: 'staff' }, where, rule)).toBe('ROLE');
    }
  });

  test('a rule of the tenant that the input leads to asks at the field for the kind of principal alone, and for that tenant’s status where it is at hand', () => {
    const rule: Rule = { ...RULE, principals: ['user', 'staff'], context: 'named', roles: [], feature: null };
    for (const principal of [USER, STAFF_KIND]) {
      for (const where of [null, standing('deleted'), standing('active', ROLES)]) expect(at(principal, where, rule)).toBeNull();
      for (const status of ['active', 'suspended'] as const) expect(at(principal, { ...standing(status), named: true }, rule)).toBeNull();
      for (const status of ['pending_deletion', 'deleted'] as const)
        expect(at(principal, { ...standing(status, ROLES), named: true }, rule)).toBe('TENANT_STATUS');
    }
    for (const where of [null, standing('active'), { ...standing('active'), named: true }]) {
      expect(at({ kind: 'nobody' }, where, rule)).toBe('SIGN_IN');
      expect(at(key('tenant:read'), where, rule)).toBe('KEY_SCOPE');
      expect(at(STAFF_KIND, where, { ...rule, principals: ['user'] })).toBe('ROLE');
    }
  });

  test('a rule of a tenant asks for a role though the tenant was named', () => {
    expect(at(USER, { ...standing('active', [], PLUS), named: true })).toBe('ROLE');
  });

  test('a rule without a feature asks for no plan', () => {
    expect(at(USER, standing('active', ['admin']), { ...RULE, feature: null })).toBeNull();
  });

  test('a rule that lists nothing lets nobody through', () => {
    expect(at(USER, standing('active', ROLES, PLUS), { ...RULE, principals: [] })).toBe('ROLE');
    expect(at(USER, standing('active', ROLES, PLUS), { ...RULE, roles: [] })).toBe('ROLE');
    expect(at(USER, standing('active', ROLES, PLUS), { ...RULE, statuses: [] })).toBe('TENANT_STATUS');
  });

  test('an API key works in an active tenant alone, whatever the rule lists', () => {
    expect(statusesFor('api_key', { ...RULE, statuses: STATUSES })).toEqual(['active']);
    expect(statusesFor('api_key', { ...RULE, statuses: ['suspended'] })).toEqual([]);
    for (const kind of ['nobody', 'user', 'staff'] as const) expect(statusesFor(kind, RULE)).toEqual(['active', 'suspended']);
  });

  test('the obstacles are these', () => {
    expect([...OBSTACLES].sort()).toEqual(['KEY_SCOPE', 'NO_TENANT', 'PLAN', 'ROLE', 'SIGN_IN', 'TENANT_STATUS']);
  });
});
