import { type GraphQLInputObjectType, getNamedType, isNonNullType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildSchema } from '../../../src/graphql/schema.ts';
import { PRICE, providerOf } from '../../support/provider.ts';
import { useResource } from '../../support/resource.ts';
import { type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const staff = useResource(() => fixtures.staff());
let tenant: TenantWithMembers;
let ids: { datasetId: string; listingId: string };
beforeAll(async () => {
  tenant = await fixtures.home();
  const provider = providerOf(fixtures);
  const datasetId = await provider.dataset(tenant.owner);
  ids = { datasetId, listingId: await provider.draft(tenant.owner, datasetId) };
});

const membershipId = () => Buffer.from(`Membership:${tenant.id}:${tenant.viewer.id}`).toString('base64url');

/** Every command that sets values, with an input that is sent twice. */
// biome-ignore format: a table is read by its columns
const COMMANDS: readonly (readonly [string, string, () => object, 'owner' | 'staff'])[] = [
  ['renameTenant',             'the same name',                 () => ({ name: ' Cafe\u0301 ' }),                                         'owner'],
  ['staffRenameTenant',        'the same name',                 () => ({ tenantId: tenant.id, name: 'Café' }),                              'staff'],
  ['setBillingEmail',          'the same address',              () => ({ email: 'BILLS@corp.example' }),                                  'owner'],
  ['setTenantSides',           'the same sides',                () => ({ sells: true, buys: true }),                                      'owner'],
  ['setTenantSides',           'null beside the same side',     () => ({ sells: true, buys: null }),                                      'owner'],
  ['setMemberRoles',           'the same roles',                () => ({ membershipId: membershipId(), roles: ['VIEWER', 'OPERATOR'] }),  'owner'],
  ['updateDataset',            'the same name and description', () => ({ datasetId: ids.datasetId, name: 'D', description: 'd' }),        'owner'],
  ['updateDataset',            'null for both fields',          () => ({ datasetId: ids.datasetId, name: null, description: null }),      'owner'],
  ['updateDataset',            'nothing',                       () => ({ datasetId: ids.datasetId }),                                     'owner'],
  ['updateListing',            'the same terms',                () => ({ listingId: ids.listingId, title: 'T', summary: 's', tags: ['A', 'a', 'b'], price: { ...PRICE, amount: '2.500' } }), 'owner'],
  ['updateListing',            'null for all fields',           () => ({ listingId: ids.listingId, title: null, summary: null, tags: null, price: null }), 'owner'],
  ['changePlan',               'the scheduled downgrade', () => ({ plan: 'FREE' }),                                               'owner'],
  ['staffArrangeEnterprise',   'the same limits',               () => ({ tenantId: tenant.id, memberLimit: 50 }),                           'staff'],
];

describe('A5: a command that changes nothing leaves no event and no changed row', () => {
  test.each(COMMANDS)('%s with %s', async (mutation, _what, inputOf, who) => {
    const caller = who === 'staff' ? staff : tenant.owner;
    expect((await fixtures.mutate(caller, mutation, inputOf())).errors).toEqual([]);
    const before = await fixtures.rows({ of: tenant.id });
    fixtures.gateway.clock.advance({ minutes: 1 });
    expect((await fixtures.mutate(caller, mutation, inputOf())).errors).toEqual([]);
    expect(await fixtures.rows({ of: tenant.id })).toEqual(before);
  });
});

test("A5: every optional field of a mutation's input documents what null means", () => {
  const inputs = Object.values(buildSchema().getMutationType()!.getFields()).map(
    ({ args }) => getNamedType(args[0]!.type) as GraphQLInputObjectType,
  );
  const optional = inputs.flatMap(input =>
    Object.values(input.getFields()).map(field => ({ at: `${input.name}.${field.name}`, ...field })),
  );
  const silent = optional.filter(
    ({ name, type, description }) => name !== 'idempotencyKey' && !isNonNullType(type) && !/\bnull\b/i.test(description ?? ''),
  );
  expect(silent.map(({ at }) => at)).toEqual([]);
});
