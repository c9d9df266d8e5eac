import { describe, expect, test } from 'vitest';
import { codeOf, providerOf } from '../../support/provider.ts';
import { useResource } from '../../support/resource.ts';
import { type Caller, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const provider = providerOf(fixtures);
const staff = useResource(() => fixtures.staff());

/** On a plan, with so many datasets: Free has two places, Starter twenty. */
async function homeWith(datasets: number, plan: 'FREE' | 'STARTER' = 'FREE') {
  const tenant = await fixtures.home({ plan });
  for (let n = 0; n < datasets; n += 1) await provider.dataset(tenant.owner, `Dataset ${n}`);
  return tenant;
}
const create = (who: Caller) => fixtures.mutate(who, 'createDataset', { name: 'One more' }, 'dataset { id }');
const use = async (who: Caller) =>
  (await fixtures.query(who, '{ tenant { datasetCount datasetUse { limit used over } } }')).data.tenant.datasetUse;
const full = (limit: number, used: number) => [
  { message: `The plan allows ${limit} datasets; ${used} are in use.`, extensions: { code: 'LIMIT_REACHED', limit, used } },
];

describe('the cap on datasets', () => {
  test('P3, P5: at the cap creating another is LIMIT_REACHED with limit and use, and leaves an event; deleting a dataset frees a place', async () => {
    const tenant = await homeWith(1);
    expect(await use(tenant.operator)).toEqual({ limit: 2, used: 1, over: 0 });
    const datasetId = await provider.dataset(tenant.owner);
    const { data, errors } = await create(tenant.seller_manager);
    expect(data).toEqual({ createDataset: null });
    expect(errors).toMatchObject(full(2, 2));
    expect((await fixtures.events(tenant)).at(-1)).toMatchObject({
      ...{ action: 'dataset.create', outcome: 'refused', code: 'LIMIT_REACHED', after: { limit: 2, used: 2 } },
    });
    await provider.run(tenant.owner, 'deleteDataset', { datasetId }, '__typename');
    expect((await create(tenant.seller_manager)).errors).toEqual([]);
  });

  test('P3: datasets of another tenant do not count', async () => {
    await homeWith(2);
    const tenant = await homeWith(0);
    for (const _ of [1, 2]) expect((await create(tenant.owner)).errors).toEqual([]);
  });

  test('P4: a downgrade removes nothing and existing datasets keep working; new datasets are refused until the use is below the cap', async () => {
    const tenant = await homeWith(4, 'STARTER');
    const { datasetId, listingId } = await provider.published(tenant.owner);
    const preview = await fixtures.query(tenant.owner, '{ tenant { planPreview(plan: FREE) { kind datasets { limit used over } } } }');
    expect(preview.data.tenant.planPreview).toEqual({ kind: 'DOWNGRADE', datasets: { limit: 2, used: 5, over: 3 } });
    await fixtures.mutate(tenant.owner, 'changePlan', { plan: 'FREE' });
    fixtures.gateway.clock.advance({ days: 32 });
    await fixtures.gateway.settle();
    expect(await use(tenant.owner)).toEqual({ limit: 2, used: 5, over: 3 });
    expect((await create(tenant.owner)).errors).toMatchObject(full(2, 5));
    expect((await fixtures.mutate(tenant.owner, 'updateDataset', { datasetId, name: 'Renamed' })).errors).toEqual([]);
    await provider.stored(tenant.owner, datasetId, 'more', { name: 'more.csv' });
    for (const verb of ['withdrawListing', 'publishListing'])
      expect((await fixtures.mutate(tenant.owner, verb, { listingId })).errors).toEqual([]);
    const page = await fixtures.query(tenant.owner, '{ tenant { datasets(first: 5) { edges { node { id } } } } }');
    const others = page.data.tenant.datasets.edges
      .map(({ node }: { node: { id: string } }) => node.id)
      .filter((id: string) => id !== datasetId);
    for (const id of others.slice(0, 3)) await provider.run(tenant.owner, 'deleteDataset', { datasetId: id }, '__typename');
    expect(await use(tenant.owner)).toEqual({ limit: 2, used: 2, over: 0 });
    expect((await create(tenant.owner)).errors).toMatchObject(full(2, 2));
    await provider.run(tenant.owner, 'deleteDataset', { datasetId: others[3] }, '__typename');
    expect((await create(tenant.owner)).errors).toEqual([]);
  });

  test('P2: the cap of a downgrade applies from its due day, even if no job has run', async () => {
    const tenant = await homeWith(2, 'STARTER');
    await fixtures.mutate(tenant.owner, 'changePlan', { plan: 'FREE' });
    fixtures.gateway.clock.advance({ days: 32 });
    expect((await create(tenant.owner)).errors).toMatchObject(full(2, 2));
  });

  test('P2: an upgrade raises the cap at once', async () => {
    const tenant = await homeWith(2);
    await fixtures.mutate(tenant.owner, 'changePlan', { plan: 'STARTER' });
    expect((await create(tenant.owner)).errors).toEqual([]);
    expect(await use(tenant.owner)).toEqual({ limit: 20, used: 3, over: 0 });
  });

  test("P1, P2: a contract's own cap applies, even below the use; null is no cap", async () => {
    const tenant = await homeWith(2);
    const arrange = (datasetLimit: number | null) =>
      fixtures.mutate(staff, 'staffArrangeEnterprise', { tenantId: tenant.id, datasetLimit });
    await arrange(3);
    expect((await create(tenant.owner)).errors).toEqual([]);
    expect((await create(tenant.owner)).errors).toMatchObject(full(3, 3));
    await arrange(1);
    expect((await create(tenant.owner)).errors).toMatchObject(full(1, 3));
    expect(await use(tenant.owner)).toEqual({ limit: 1, used: 3, over: 2 });
    await arrange(null);
    expect((await create(tenant.owner)).errors).toEqual([]);
    expect(await use(tenant.owner)).toEqual({ limit: null, used: 4, over: 0 });
    expect(codeOf(await create(tenant.operator))).toBe('FORBIDDEN');
  });
});
