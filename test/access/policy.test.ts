import { type GraphQLObjectType, isInterfaceType, isObjectType } from 'graphql';
import { describe, expect, test } from 'vitest';
import { isPermission, PERMISSIONS, POLICY, ruleOf } from '../../src/access/policy.ts';
import { policyOf } from '../../src/access/policy-plugin.ts';
import * as vocabulary from '../../src/access/vocabulary.ts';
import { buildSchema, printSchema } from '../../src/graphql/schema.ts';
import { mismatches } from '../support/mismatches.ts';
import { expected, FEATURES, PERMISSION_NAMES, PLANS, PRINCIPALS, ROLES, STATUSES } from './expectation.ts';
import { FIELDS } from './expected-fields.ts';

const FILE = 'test/access/policy.test.ts';

/** The permissions by which one reads. */
const READS = /:(read|read-email|read-series|count|list)$/;

describe('the permission table', () => {
  test('has exactly the expected permissions, in their order', () => {
    expect(mismatches(Object.keys(POLICY), PERMISSION_NAMES, 'test/access/expectation.ts')).toEqual([]);
    expect(Object.keys(POLICY)).toEqual(PERMISSION_NAMES);
    expect(PERMISSIONS).toEqual(PERMISSION_NAMES);
  });

  test('has exactly the expected roles, statuses, principals, plans and features', () => {
    expect(vocabulary.ROLES).toEqual(ROLES);
    expect(vocabulary.STATUSES).toEqual(STATUSES);
    expect(vocabulary.PRINCIPAL_KINDS).toEqual(PRINCIPALS);
    expect(vocabulary.PLAN_CODES).toEqual(PLANS);
    expect(vocabulary.PLAN_FEATURES).toEqual(FEATURES);
  });

  test.each(PERMISSION_NAMES.map(name => [name, expected(name)] as const))('%s is as expected', (name, row) => {
    const { roles, statuses, principals, context, feature, meaning, ...rest } = ruleOf(name);
    expect({ roles, statuses, principals, context, feature }).toEqual(row);
    expect(rest).toEqual({});
    expect(meaning).toMatch(/^[A-Z].+[^.\s]$/);
  });

  test('no role has a permission for named tenants, or for none', () => {
    for (const { context, roles } of PERMISSIONS.map(ruleOf)) expect(roles.length > 0).toBe(context === 'tenant');
  });

  test('R3: the owner may do whatever a role may; only the owner may transfer, delete, or cancel a deletion', () => {
    const only = PERMISSIONS.filter(name => ruleOf(name).roles.join() === 'owner');
    expect(only).toEqual(['ownership:transfer', 'deletion:request', 'deletion:cancel']);
    for (const { context, roles } of PERMISSIONS.map(ruleOf)) if (context === 'tenant') expect(roles).toContain('owner');
  });

  test('S4: in a deleted tenant only staff have a permission: to read what is left', () => {
    expect(PERMISSIONS.filter(name => ruleOf(name).statuses.includes('deleted'))).toEqual(['staff:read-tenant']);
  });

  test('S2, S3: the changes that members may make while their tenant isn’t active', () => {
    const written = (status: 'suspended' | 'pending_deletion') =>
      PERMISSIONS.filter(name => ruleOf(name).context === 'tenant' && ruleOf(name).statuses.includes(status) && !READS.test(name));
    const listed = { suspended: ['billing-contact:update', 'member:leave', 'deletion:request'], pending_deletion: ['deletion:cancel'] };
    for (const status of ['suspended', 'pending_deletion'] as const)
      expect(mismatches(written(status), listed[status], `${status} under S2, S3 in ${FILE}`)).toEqual([]);
  });

  test('K1: an API key has no permission over members, plans, ownership, deletion, audit, sides or keys', () => {
    const carried = PERMISSIONS.filter(name => ruleOf(name).principals.includes('api_key'));
    const subjects = carried.map(name => name.split(':')[0]!);
    const trade = ['dataset', 'listing', 'earning', 'analytics', 'marketplace', 'entitlement', 'object', 'usage', 'charge'];
    expect(mismatches(subjects, ['tenant', ...trade, 'event', 'document'], `the subjects under K1 in ${FILE}`)).toEqual([]);
    expect(carried.filter(name => name.startsWith('tenant:'))).toEqual(['tenant:read']);
  });

  test('R3: operator reads counts and no prices, viewer changes nothing', () => {
    const of = (role: 'operator' | 'viewer') => PERMISSIONS.filter(name => ruleOf(name).roles.includes(role) && !READS.test(name));
    for (const role of ['operator', 'viewer'] as const)
      expect(mismatches(of(role), ['member:drop-roles', 'member:leave'], `the changes of ${role} under R3 in ${FILE}`)).toEqual([]);
    const read = PERMISSIONS.filter(name => ruleOf(name).roles.includes('operator') && READS.test(name));
    const listed = ['tenant:read', 'plan:read', 'member:count', 'dataset:count', 'usage:count', 'event:read', 'webhook:read'];
    expect(mismatches(read, listed, `the reads of operator under R3 in ${FILE}`)).toEqual([]);
  });

  test('P5: one permission needs a feature', () => {
    expect(PERMISSIONS.filter(name => ruleOf(name).feature !== null)).toEqual(['analytics:read-series']);
  });

  test('no two permissions mean the same', () => {
    expect(new Set(PERMISSIONS.map(name => ruleOf(name).meaning)).size).toBe(PERMISSIONS.length);
  });

  test.each(['tenant:read', 'member:read-email'])('%s names a permission', text => {
    expect(isPermission(text)).toBe(true);
  });

  test.each(['', 'tenant:READ', 'tenant:read ', 'toString', '__proto__', 'constructor', 'public'])('%j names none', text => {
    expect(isPermission(text)).toBe(false);
  });
});

describe('the fields of the schema', () => {
  const schema = buildSchema();
  const types = Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => !type.name.startsWith('__') && (isObjectType(type) || isInterfaceType(type)),
  );
  const fields = types.flatMap(type => Object.values(type.getFields()).map(field => [`${type.name}.${field.name}`, field] as const));

  test('are exactly those that are expected', () => {
    expect(
      mismatches(
        fields.map(([name]) => name),
        Object.keys(FIELDS),
        'test/access/expected-fields.ts',
      ),
    ).toEqual([]);
  });

  test.each(fields)('%s needs what is expected of it', (name, field) => {
    expect(policyOf(field)).toBe(FIELDS[name]);
  });

  test('show their policy to clients, by a directive and in the description', () => {
    for (const [name, { description, extensions }] of fields) {
      const need = FIELDS[name]!;
      const plans = need === 'analytics:read-series' && { plans: ['PROFESSIONAL', 'ENTERPRISE'] };
      const directives = need === 'as-parent' ? {} : need === 'public' ? { public: {} } : { requires: { permission: need, ...plans } };
      const { semanticNonNull: _null, cost: _cost, listSize: _size, ...others } = extensions.directives as Record<string, unknown>;
      expect([name, others]).toEqual([name, directives]);
      if (need === 'public') expect([name, description]).toEqual([name, expect.stringMatching(/(^|\n\n)\*\*Public\.\*\*$/)]);
      else if (need === 'as-parent') expect([name, description ?? '']).toEqual([name, expect.not.stringContaining('**')]);
      else expect([name, description]).toEqual([name, expect.stringContaining(`**Needs** \`${need}\`: `)]);
    }
  });

  test.each([
    ['  tenant: Tenant @requires(permission: "tenant:read") @semanticNonNull'],
    ['  billingEmail: String @requires(permission: "billing-contact:read")'],
    ['  viewer: Viewer! @public'],
    ['  edges: [TenantMembershipsEdge!]!'],
    ['  **Needs** `tenant:rename`: owner, admin; while the tenant is active.'],
    [
      '  **Needs** `member:list`: owner, admin, seller_manager, buyer_manager, viewer; while the tenant is active, suspended, pending_deletion.',
    ],
    [
      '  byDay: [DaySales!] @requires(permission: "analytics:read-series", plans: ["PROFESSIONAL", "ENTERPRISE"]) @semanticNonNull @listSize(assumedSize: 10)',
    ],
    [
      '  ): MarketplaceSearchConnection @requires(permission: "marketplace:read") @semanticNonNull @cost(weight: 10) @listSize(assumedSize: 20, slicingArguments: ["first", "last"], maxSize: 100)',
    ],
    [
      '  **Needs** `analytics:read-series`: owner, admin, seller_manager, viewer; while the tenant is active, suspended, pending_deletion; on the plan PROFESSIONAL or ENTERPRISE.',
    ],
    ['  **Needs** `tenant:create`: any signed-in person.'],
    ['  **Needs** `invitation:accept`: any signed-in person; while the tenant named by the input is active.'],
    [
      '  **Needs** `staff:read-tenant`: platform staff; while the tenant named by the input is active, suspended, pending_deletion, deleted.',
    ],
  ])('the printed schema has the line %s', line => {
    expect(printSchema(schema).split('\n')).toContain(line);
  });
});
