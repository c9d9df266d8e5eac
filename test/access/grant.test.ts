import { describe, expect, test } from 'vitest';
import { grantOf, type Principal, type TenantAccess } from '../../src/access/grant.ts';
import type { Permission } from '../../src/access/policy.ts';
import { mismatches } from '../support/mismatches.ts';
import { PERMISSION_NAMES, type PermissionName, ROLES, type Role, STATUSES, type Status } from './expectation.ts';
import { type Caller, held } from './oracle.ts';

const FILE = 'test/access/grant.test.ts';
const USER: Principal = { kind: 'user' };
const STAFF_KIND: Principal = { kind: 'staff' };
const key = (...scopes: readonly Permission[]): Principal => ({ kind: 'api_key', keyId: 'a key', scopes: new Set(scopes) });
const tenantAccess = (status: Status, roles: readonly Role[] = [], features: TenantAccess['features'] = []): TenantAccess => ({
  tenantId: '0190aaaa-0000-7000-8000-000000000001',
  status,
  features,
  roles,
});
const heldBy = (principal: Principal, at: TenantAccess | null) => [...grantOf(principal, at).permissions];

/** What everybody who is signed in holds, wherever they are. */
const PERSON = ['tenant:create', 'invitation:accept', 'invitation:decline', 'person:export', 'viewer:follow', 'person:erase'];
const STAFF = ['staff:read-tenant', 'staff:suspend', 'staff:resume', 'staff:rename', 'staff:replace-owner', 'staff:arrange-plan'];

/** What is held with what everybody holds, in the table's order. */
const personAnd = (...names: readonly PermissionName[]) => PERMISSION_NAMES.filter(name => [...PERSON, ...names].includes(name));

const MONITOR = ['tenant:read', 'plan:read', 'member:count', 'event:read'] as const;
/** What operator reads beside what every role does. */
const OPERATES = ['webhook:read'] as const;
const READER = [...MONITOR, 'member:list', 'document:read'] as const;
const WARDEN = [...READER, 'billing-contact:read', 'member:read-email', 'webhook:read', 'invitation:list', 'audit:read'] as const;
const SELF = ['member:drop-roles', 'member:leave'] as const;
/** What everybody in a tenant may count. */
const COUNTS = ['dataset:count', 'usage:count'] as const;
const SHELVES = ['dataset:read', 'earning:read', 'analytics:read'] as const;
const BASKET = ['entitlement:read', 'usage:read', 'charge:read', 'api-key:read'] as const;
const SELLS = ['dataset:write', 'dataset:delete', 'listing:write', 'listing:publish'] as const;
const BUYS = ['entitlement:acquire', 'entitlement:end', 'object:retrieve', 'api-key:create', 'api-key:update'] as const;
/** What owner and admin read beside their warden's part, and what they do on both sides. */
const TRADES = [...SHELVES, ...BASKET, ...COUNTS, 'marketplace:read'] as const;
const RUNS = [...SELLS, ...BUYS, 'tenant:set-sides', 'api-key:update-any', 'document:register'] as const;
const KEEPER = [
  ...['tenant:rename', 'billing-contact:update', 'plan:change', 'member:set-roles', 'member:remove'],
  ...['webhook:write', 'invitation:create', 'invitation:revoke'],
] as const as readonly PermissionName[];

/** What a key can carry at all, on a plan without advanced analytics (SPEC K1). */
const EVERY_SCOPE = PERMISSION_NAMES.filter(name =>
  [
    ...['tenant:read', 'marketplace:read', ...COUNTS, ...SHELVES, ...SELLS],
    ...['entitlement:read', 'usage:read', 'charge:read', 'entitlement:acquire', 'entitlement:end', 'object:retrieve'],
    ...['event:read', 'document:read', 'document:register'],
  ].includes(name),
);

describe('the grant of a member', () => {
  test.each([
    ['owner', 'active', personAnd(...WARDEN, ...KEEPER, ...SELF, ...TRADES, ...RUNS, 'ownership:transfer', 'deletion:request')],
    ['admin', 'active', personAnd(...WARDEN, ...KEEPER, ...SELF, ...TRADES, ...RUNS)],
    ['seller_manager', 'active', personAnd(...READER, ...SELF, ...COUNTS, ...SHELVES, ...SELLS, 'marketplace:read')],
    ['buyer_manager', 'active', personAnd(...READER, ...SELF, ...COUNTS, ...BASKET, ...BUYS, 'marketplace:read')],
    ['operator', 'active', personAnd(...MONITOR, ...OPERATES, ...SELF, ...COUNTS)],
    ['viewer', 'active', personAnd(...READER, ...SELF, ...TRADES)],
    ['owner', 'suspended', personAnd(...WARDEN, ...TRADES, 'billing-contact:update', 'member:leave', 'deletion:request')],
    ['admin', 'suspended', personAnd(...WARDEN, ...TRADES, 'billing-contact:update', 'member:leave')],
    ['seller_manager', 'suspended', personAnd(...READER, ...COUNTS, ...SHELVES, 'marketplace:read', 'member:leave')],
    ['buyer_manager', 'suspended', personAnd(...READER, ...COUNTS, ...BASKET, 'marketplace:read', 'member:leave')],
    ['viewer', 'suspended', personAnd(...READER, ...TRADES, 'member:leave')],
    ['operator', 'suspended', personAnd(...MONITOR, ...OPERATES, ...COUNTS, 'member:leave')],
    ['owner', 'pending_deletion', personAnd(...WARDEN, ...TRADES, 'deletion:cancel')],
    ['admin', 'pending_deletion', personAnd(...WARDEN, ...TRADES)],
    ['seller_manager', 'pending_deletion', personAnd(...READER, ...COUNTS, ...SHELVES, 'marketplace:read')],
    ['operator', 'pending_deletion', personAnd(...MONITOR, ...OPERATES, ...COUNTS)],
    ['owner', 'deleted', PERSON],
    ['viewer', 'deleted', PERSON],
  ] as const)('%s, %s: has the permissions that are listed here', (role, status, permissions) => {
    expect(mismatches(heldBy(USER, tenantAccess(status, [role])), permissions, FILE)).toEqual([]);
  });

  test.each(STATUSES.flatMap(status => ROLES.map(role => [role, status] as const)))('%s, %s: as expected', (role, status) => {
    expect(heldBy(USER, tenantAccess(status, [role]))).toEqual(held({ kind: 'user', roles: [role], status, plan: 'STARTER' }));
    const advanced = tenantAccess(status, [role], ['advanced_analytics']);
    expect(heldBy(USER, advanced)).toEqual(held({ kind: 'user', roles: [role], status, plan: 'PROFESSIONAL' }));
  });

  test.each(ROLES)('P5: %s: advanced analytics come with a plan that has them, for roles that read the totals', role => {
    for (const status of STATUSES) {
      const [plain, advanced] = [
        heldBy(USER, tenantAccess(status, [role])),
        heldBy(USER, tenantAccess(status, [role], ['advanced_analytics'])),
      ];
      const reads = ['owner', 'admin', 'seller_manager', 'viewer'].includes(role) && status !== 'deleted';
      expect(advanced.filter(name => !plain.includes(name))).toEqual(reads ? ['analytics:read-series'] : []);
      expect(plain.filter(name => !advanced.includes(name))).toEqual([]);
    }
  });

  test('R1: with several roles it is the union of theirs, in any order of the roles', () => {
    for (const status of STATUSES)
      for (const one of ROLES)
        for (const other of ROLES) {
          const both = heldBy(USER, tenantAccess(status, [one, other]));
          const union = new Set([...heldBy(USER, tenantAccess(status, [one])), ...heldBy(USER, tenantAccess(status, [other]))]);
          expect(new Set(both)).toEqual(union);
        }
  });

  test('without a role it has only the permissions that need none', () => {
    for (const status of STATUSES) expect(heldBy(USER, tenantAccess(status))).toEqual(PERSON);
    expect(heldBy(USER, null)).toEqual(PERSON);
  });

  test('a grant names its principal and its tenant', () => {
    const at = tenantAccess('active', ['viewer']);
    expect(grantOf(USER, at)).toMatchObject({ principal: USER, tenantAccess: at });
    expect(grantOf(USER, null).tenantAccess).toBeNull();
  });
});

describe('the grant of others', () => {
  test.each([
    ['nobody', []],
    ['staff', STAFF],
  ] as const)('%s holds the same in every status and with every role', (kind, permissions) => {
    expect(heldBy({ kind }, null)).toEqual(permissions);
    for (const status of STATUSES) expect(heldBy({ kind }, tenantAccess(status, ROLES))).toEqual(permissions);
  });

  // biome-ignore format: a table is read by its columns
  test.each([
    [STAFF_KIND, 'active',           ['staff:read-tenant', 'staff:suspend', 'staff:rename', 'staff:replace-owner', 'staff:arrange-plan']],
    [STAFF_KIND, 'suspended',        ['staff:read-tenant', 'staff:resume', 'staff:rename', 'staff:replace-owner']],
    [STAFF_KIND, 'pending_deletion', ['staff:read-tenant', 'staff:rename', 'staff:replace-owner']],
    [STAFF_KIND, 'deleted',          ['staff:read-tenant']],
    [USER,       'active',           ['tenant:create', 'invitation:accept', 'invitation:decline', 'person:export', 'viewer:follow', 'person:erase']],
    [USER,       'suspended',        ['tenant:create', 'invitation:decline', 'person:export', 'viewer:follow', 'person:erase']],
    [USER,       'pending_deletion', ['tenant:create', 'invitation:decline', 'person:export', 'viewer:follow', 'person:erase']],
    [USER,       'deleted',          ['tenant:create', 'person:export', 'viewer:follow', 'person:erase']],
  ] as const)('of $kind over a tenant that the input leads to, %s: its status counts', (principal, status, permissions) => {
    expect(heldBy(principal, { ...tenantAccess(status), named: true })).toEqual(permissions);
    expect(heldBy(principal, { ...tenantAccess(status), named: true })).toEqual(held({ kind: principal.kind, roles: [], status, named: status }));
  });

  test.each([
    ['within its scopes', key('tenant:read', 'member:count'), 'active', ['tenant:read']],
    ['of one side', key('dataset:read', 'dataset:write', 'api-key:read'), 'active', ['dataset:read', 'dataset:write']],
    ['with every scope: members, plans, sides, keys and sign-up are never a key’s', key(...PERMISSION_NAMES), 'active', EVERY_SCOPE],
    ['with every scope while suspended', key(...PERMISSION_NAMES), 'suspended', []],
    ['with every scope while pending deletion', key(...PERMISSION_NAMES), 'pending_deletion', []],
    ['without the scope', key('member:list'), 'active', []],
    ['without any', key(), 'active', []],
    ['while suspended', key('tenant:read'), 'suspended', []],
    ['while pending deletion', key('tenant:read'), 'pending_deletion', []],
    ['when deleted', key('tenant:read'), 'deleted', []],
  ] as const)('K1, K2: an API key %s', (_when, principal, status, permissions) => {
    expect(mismatches(heldBy(principal, tenantAccess(status)), permissions, FILE)).toEqual([]);
    // a key has scopes, not roles
    expect(mismatches(heldBy(principal, tenantAccess(status, ROLES)), permissions, FILE)).toEqual([]);
  });

  test('an API key in every status, for every single scope: as expected', () => {
    for (const status of STATUSES)
      for (const scope of PERMISSION_NAMES) {
        const caller: Caller = { kind: 'api_key', roles: [], status, scopes: [scope as PermissionName] };
        expect(heldBy(key(scope), tenantAccess(status))).toEqual(held({ ...caller, plan: 'FREE' }));
        expect(heldBy(key(scope), tenantAccess(status, [], ['advanced_analytics']))).toEqual(held({ ...caller, plan: 'ENTERPRISE' }));
      }
  });

  test('an API key without a tenant holds nothing', () => {
    expect(heldBy(key('tenant:read'), null)).toEqual([]);
  });
});
