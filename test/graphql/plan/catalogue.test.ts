import { describe, expect, test } from 'vitest';
import { enumName, expected, PERMISSION_NAMES, PLANS_WITH, ROLES } from '../../access/expectation.ts';
import { useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);

const upper = (names: readonly string[]) => names.map(name => name.toUpperCase());

describe('the catalogue, read anonymously', () => {
  test('P1: the four plans, lowest first; null means no limit', async () => {
    const { data, errors } = await gateway.ask(
      '{ plans { code name memberLimit apiKeyLimit datasetLimit webhookLimit monthlyRetrievals costPointsPerMinute features support } }',
    );
    expect(errors).toEqual([]);
    const columns = [
      'code',
      'name',
      'memberLimit',
      'apiKeyLimit',
      'datasetLimit',
      'webhookLimit',
      'monthlyRetrievals',
      'costPointsPerMinute',
      'features',
      'support',
    ];
    // biome-ignore format: a table is read by its columns
    expect(data.plans.map((plan: Record<string, unknown>) => columns.map(column => plan[column]))).toEqual([
      ['FREE',         'Free',         3,    1,    2,    1,  1_000,     1_000,   [],                     'COMMUNITY'],
      ['STARTER',      'Starter',      10,   5,    20,   3,  50_000,    10_000,  [],                     'BASIC'],
      ['PROFESSIONAL', 'Professional', 100,  50,   500,  10, 5_000_000, 100_000, ['ADVANCED_ANALYTICS'], 'PRIORITY'],
      ['ENTERPRISE',   'Enterprise',   null, null, null, 50, null,      null,    ['ADVANCED_ANALYTICS'], 'DEDICATED'],
    ]);
  });

  test('the permission table equals the expected one', async () => {
    const { data, errors } = await gateway.ask('{ permissions { name meaning needsTenant principals roles statuses plans } }');
    expect(errors).toEqual([]);
    expect(data.permissions).toEqual(
      PERMISSION_NAMES.map(name => {
        const { roles, statuses, principals, context, feature } = expected(name);
        return {
          name: enumName(name),
          meaning: expect.stringMatching(/^[A-Z].+/),
          needsTenant: context === 'tenant',
          principals: upper(principals),
          roles: upper(roles),
          statuses: upper(statuses),
          plans: feature && PLANS_WITH[feature],
        };
      }),
    );
  });

  test('one permission in full', async () => {
    const { data } = await gateway.ask('{ permissions { name meaning needsTenant principals roles statuses plans } }');
    expect(data.permissions[2]).toEqual({
      name: 'TENANT_RENAME',
      meaning: "Change the tenant's display name",
      needsTenant: true,
      principals: ['USER'],
      roles: ['OWNER', 'ADMIN'],
      statuses: ['ACTIVE'],
      plans: null,
    });
  });

  test('R3: the six roles with their descriptions and permissions', async () => {
    const { data, errors } = await gateway.ask('{ roles { name description permissions { name roles } } }');
    expect(errors).toEqual([]);
    expect(data.roles.map(({ name }: { name: string }) => name)).toEqual(upper(ROLES));
    const MONITOR = ['tenant:read', 'plan:read', 'member:count'];
    const SELF = ['member:drop-roles', 'member:leave'];
    const SHELVES = ['earning:read', 'analytics:read', 'analytics:read-series'];
    const SELLS = ['dataset:write', 'dataset:delete', 'listing:write', 'listing:publish'];
    const BUYS = [
      'entitlement:read',
      'entitlement:acquire',
      'entitlement:end',
      'object:retrieve',
      'usage:count',
      'usage:read',
      'charge:read',
    ];
    const KEYS = ['api-key:read', 'api-key:create', 'api-key:update'];
    const DOCUMENTS = ['event:read', 'document:read', 'document:register'];
    const OPERATOR = [...MONITOR, ...SELF, 'dataset:count', 'usage:count', 'event:read', 'webhook:read'];
    const READER = [...MONITOR, 'member:list', ...SELF, 'dataset:count'];
    const SELLER = [...READER, 'dataset:read', ...SELLS, ...SHELVES, 'marketplace:read', 'usage:count', 'event:read', 'document:read'];
    const BUYER = [...READER, 'marketplace:read', ...BUYS, ...KEYS, 'event:read', 'document:read'];
    const READS = ['dataset:read', ...SHELVES, 'marketplace:read', 'entitlement:read', 'usage:count', 'usage:read', 'charge:read'];
    const VIEWER = [...READER, ...READS, 'api-key:read', 'event:read', 'document:read'];
    const BOTH = [
      ...['audit:read', 'tenant:set-sides', 'dataset:count', 'dataset:read', ...SELLS, ...SHELVES, 'marketplace:read'],
      ...[...BUYS, ...KEYS, 'api-key:update-any', ...DOCUMENTS, 'webhook:read', 'webhook:write'],
    ];
    const MOST = [
      ...['tenant:read', 'tenant:rename', 'billing-contact:read', 'billing-contact:update', 'plan:read', 'plan:change', 'member:count'],
      ...['member:list', 'member:read-email', 'member:set-roles', 'member:remove', 'member:drop-roles', 'member:leave'],
      ...['invitation:list', 'invitation:create', 'invitation:revoke'],
    ];
    const OWNER = [...MOST, 'ownership:transfer', 'deletion:request', 'deletion:cancel', ...BOTH];
    const carried = [OWNER, [...MOST, ...BOTH], SELLER, BUYER, OPERATOR, VIEWER];
    for (const [index, { name, description, permissions }] of data.roles.entries()) {
      expect(description).toMatch(/^[A-Z].+\.$/);
      expect(permissions.map((permission: { name: string }) => permission.name)).toEqual(carried[index]!.map(enumName));
      for (const { roles } of permissions) expect(roles).toContain(name);
    }
  });

  test('the catalogue is the same for a caller in a tenant', async () => {
    const make = '{ plans { code } roles { name } permissions { name } }';
    const anonymous = await gateway.ask(make);
    const signedIn = await gateway.ask(make, { token: await gateway.tokenOf({ subject: 'somebody' }) });
    expect(signedIn.data).toEqual(anonymous.data);
  });
});
