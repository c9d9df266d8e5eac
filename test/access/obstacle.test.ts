import { describe, expect, test } from 'vitest';
import { OBSTACLES, type Obstacle, obstacle, type Principal, statusesFor, type TenantAccess } from '../../src/access/grant.ts';
import type { Permission, Rule } from '../../src/access/policy.ts';
import { ROLES, type Role, STATUSES, type Status } from './expectation.ts';

const USER: Principal = { kind: 'user' };
const STAFF_KIND: Principal = { kind: 'staff' };
const key = (...scopes: readonly Permission[]): Principal => ({ kind: 'api_key', keyId: 'a key', scopes: new Set(scopes) });
const tenantAccess = (status: Status, roles: readonly Role[] = [], features: TenantAccess['features'] = []): TenantAccess => ({
  tenantId: '0190aaaa-0000-7000-8000-000000000001',
  status,
  features,
  roles,
});

describe('the obstacle of a caller', () => {
  const RULE: Rule = {
    principals: ['user', 'api_key'],
    context: 'tenant',
    roles: ['admin', 'operator'],
    statuses: ['active', 'suspended'],
    feature: 'advanced_analytics',
    meaning: 'A rule of the tests',
  };
  const at = (principal: Principal, where: TenantAccess | null, rule: Rule = RULE) => obstacle('tenant:read', rule, principal, where);
  const PLUS: TenantAccess['features'] = ['advanced_analytics'];
  const NEITHER = key('tenant:rename');

  // biome-ignore format: a table is read by its columns
  test.each<[string, Principal, TenantAccess | null, Obstacle | null]>([
    ['nobody, nowhere',                        { kind: 'nobody' }, null,                                      'SIGN_IN'],
    ['nobody, whatever else fails',            { kind: 'nobody' }, tenantAccess('deleted'),                       'SIGN_IN'],
    ['staff, nowhere',                         { kind: 'staff' },  null,                                      'ROLE'],
    ['staff, though all else is right',        { kind: 'staff' },  tenantAccess('active', ['admin'], PLUS),       'ROLE'],
    ['a user, nowhere',                        USER,               null,                                      'NO_TENANT'],
    ['a user, all wrong',                      USER,               tenantAccess('deleted', ['viewer']),           'ROLE'],
    ['a user, status and plan wrong',          USER,               tenantAccess('pending_deletion', ['admin']),   'TENANT_STATUS'],
    ['a user, only the status wrong',          USER,               tenantAccess('deleted', ['admin'], PLUS),      'TENANT_STATUS'],
    ['a user, only the plan wrong',            USER,               tenantAccess('suspended', ['operator']),       'PLAN'],
    ['a user, only the role wrong',            USER,               tenantAccess('active', ['owner'], PLUS),       'ROLE'],
    ['a user, one role of two right',          USER,               tenantAccess('active', ['viewer', 'operator'], PLUS), null],
    ['a user, all right',                      USER,               tenantAccess('suspended', ['admin'], PLUS),    null],
    ['a key, nowhere',                         NEITHER,            null,                                      'NO_TENANT'],
    ['a key, all wrong',                       NEITHER,            tenantAccess('suspended', ['admin']),          'KEY_SCOPE'],
    ['a key, in a status that users may',      key('tenant:read'), tenantAccess('suspended', [], PLUS),           'TENANT_STATUS'],
    ['a key, status and plan wrong',           key('tenant:read'), tenantAccess('suspended'),                     'TENANT_STATUS'],
    ['a key, only the plan wrong',             key('tenant:read'), tenantAccess('active'),                        'PLAN'],
    ['a key, all right',                       key('tenant:read'), tenantAccess('active', [], PLUS),              null],
  ])('%s', (_who, principal, where, because) => {
    expect(at(principal, where)).toBe(because);
  });

  test('an API key without any chance of the permission is refused for its scope', () => {
    expect(at(key('tenant:read'), tenantAccess('active', [], PLUS), { ...RULE, principals: ['user'] })).toBe('KEY_SCOPE');
    expect(at(key('tenant:read'), null, { ...RULE, principals: ['user'] })).toBe('KEY_SCOPE');
  });

  test('a rule that needs no tenant requires no role, status or plan', () => {
    const rule: Rule = { ...RULE, context: 'none' };
    for (const where of [null, tenantAccess('deleted')]) {
      expect(at(USER, where, rule)).toBeNull();
      expect(at({ kind: 'nobody' }, where, rule)).toBe('SIGN_IN');
      expect(at({ kind: 'staff' }, where, rule)).toBe('ROLE');
    }
  });

  test('a rule of a tenant that the input names checks the kind of principal at the field, and the status once the tenant is read', () => {
    const rule: Rule = { ...RULE, principals: ['user', 'staff'], context: 'named', roles: [], feature: null };
    for (const principal of [USER, STAFF_KIND]) {
      for (const where of [null, tenantAccess('deleted'), tenantAccess('active', ROLES)]) expect(at(principal, where, rule)).toBeNull();
      for (const status of ['active', 'suspended'] as const)
        expect(at(principal, { ...tenantAccess(status), named: true }, rule)).toBeNull();
      for (const status of ['pending_deletion', 'deleted'] as const)
        expect(at(principal, { ...tenantAccess(status, ROLES), named: true }, rule)).toBe('TENANT_STATUS');
    }
    for (const where of [null, tenantAccess('active'), { ...tenantAccess('active'), named: true }]) {
      expect(at({ kind: 'nobody' }, where, rule)).toBe('SIGN_IN');
      expect(at(key('tenant:read'), where, rule)).toBe('KEY_SCOPE');
      expect(at(STAFF_KIND, where, { ...rule, principals: ['user'] })).toBe('ROLE');
    }
  });

  test('a rule of the tenant context requires a role, also if the tenant was named', () => {
    expect(at(USER, { ...tenantAccess('active', [], PLUS), named: true })).toBe('ROLE');
  });

  test('a rule without a feature requires no plan', () => {
    expect(at(USER, tenantAccess('active', ['admin']), { ...RULE, feature: null })).toBeNull();
  });

  test('a rule that lists nothing allows nobody', () => {
    expect(at(USER, tenantAccess('active', ROLES, PLUS), { ...RULE, principals: [] })).toBe('ROLE');
    expect(at(USER, tenantAccess('active', ROLES, PLUS), { ...RULE, roles: [] })).toBe('ROLE');
    expect(at(USER, tenantAccess('active', ROLES, PLUS), { ...RULE, statuses: [] })).toBe('TENANT_STATUS');
  });

  test('an API key works only in an active tenant, whatever the rule lists', () => {
    expect(statusesFor('api_key', { ...RULE, statuses: STATUSES })).toEqual(['active']);
    expect(statusesFor('api_key', { ...RULE, statuses: ['suspended'] })).toEqual([]);
    for (const kind of ['nobody', 'user', 'staff'] as const) expect(statusesFor(kind, RULE)).toEqual(['active', 'suspended']);
  });

  test('every obstacle is tested here', () => {
    expect([...OBSTACLES].sort()).toEqual(['KEY_SCOPE', 'NO_TENANT', 'PLAN', 'ROLE', 'SIGN_IN', 'TENANT_STATUS']);
  });
});
