import pg from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';
import { codeOf, providerOf, rowIn } from '../../support/provider.ts';
import { subscribe } from '../../support/subscribe.ts';
import { type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const provider = providerOf(fixtures);

let tenant: TenantWithMembers;
beforeEach(async () => {
  tenant = await fixtures.home();
});

const READ = 'dataset { id name description createdAt updatedAt objectCount listing { status } }';
const create = (input: object, who = tenant.seller_manager) => fixtures.mutate(who, 'createDataset', input, READ);

describe('createDataset', () => {
  test('M1, A1: creates a dataset without objects or listing, and the event contains its fields', async () => {
    const { data, errors } = await create({ name: '  Weather  ', description: ' By hour.\r\n\r\nIn UTC. ' });
    expect(errors).toEqual([]);
    const now = fixtures.gateway.clock.now().toISOString();
    expect(data.createDataset.dataset).toEqual({
      ...{ id: expect.any(String), name: 'Weather', description: 'By hour.\n\nIn UTC.' },
      ...{ createdAt: now, updatedAt: now, objectCount: 0, listing: null },
    });
    expect(await fixtures.events(tenant)).toEqual([
      {
        ...{ action: 'dataset.create', outcome: 'done', code: null, by: 'user', name: tenant.seller_manager.person.name },
        ...{ before: null, after: { name: 'Weather', description: 'By hour.\n\nIn UTC.' } },
      },
    ]);
  });

  test('M1: two datasets may have the same name', async () => {
    for (const _ of [1, 2]) expect((await create({ name: 'Weather' })).errors).toEqual([]);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, object]>([
    ['an empty name',                      { name: '' }],
    ['a name of blanks',                   { name: ' \t ' }],
    ['a name of 121 characters',           { name: 'é'.repeat(121) }],
    ['a name over two lines',              { name: 'a\nb' }],
    ['a name with a line separator',       { name: 'a\u2028b' }],
    ['a description of 4,001 characters',  { name: 'a', description: '😀'.repeat(4_001) }],
    ['a description with an escape',       { name: 'a', description: 'a\u001b[31m' }],
    ['a NUL',                              { name: 'a\0b' }],
    ['an unpaired surrogate',              { name: 'a', description: '\ud800' }],
  ])('M1: %s is BAD_USER_INPUT, and no dataset is created', async (_what, input) => {
    expect(codeOf(await create(input))).toBe('BAD_USER_INPUT');
    expect(await fixtures.database.sql('SELECT FROM dataset WHERE tenant_id = $1', [tenant.id])).toEqual([]);
  });

  test.each(['é'.repeat(120), "'; DROP TABLE dataset; --", '<script>alert(1)</script>', '数据 😀 مرحبا', '%_\\'])(
    'M1: the name %j is stored unchanged',
    async name => {
      expect((await create({ name, description: '\t😀'.repeat(2_000).trim() })).data.createDataset.dataset.name).toBe(name);
    },
  );

  test('M1: the same name typed in two Unicode forms is the same text', async () => {
    expect((await create({ name: 'Cafe\u0301' })).data.createDataset.dataset.name).toBe('Caf\u00e9');
  });

  test('G6: a retry with the same key returns the same response; another request with the key is refused', async () => {
    const once = { name: 'Weather', idempotencyKey: 'make-this-dataset' };
    const first = await create(once);
    expect((await create(once)).data).toEqual(first.data);
    expect(await fixtures.database.sql('SELECT FROM dataset WHERE tenant_id = $1', [tenant.id])).toHaveLength(1);
    expect(codeOf(await create({ ...once, name: 'Other' }))).toBe('IDEMPOTENCY_KEY_REUSED');
  });
});

describe('updateDataset', () => {
  test('M1, A1: changes the given fields and leaves the others', async () => {
    const datasetId = await provider.dataset(tenant.owner);
    fixtures.gateway.clock.advance({ minutes: 1 });
    const update = (input: object) => fixtures.mutate(tenant.admin, 'updateDataset', { datasetId, ...input }, READ);
    const { data } = await update({ description: 'New' });
    expect(data.updateDataset.dataset).toMatchObject({
      name: 'Rows',
      description: 'New',
      updatedAt: fixtures.gateway.clock.now().toISOString(),
    });
    expect((await update({ name: 'Renamed' })).data.updateDataset.dataset).toMatchObject({ name: 'Renamed', description: 'New' });
    expect((await update({ description: '' })).data.updateDataset.dataset).toMatchObject({ name: 'Renamed', description: '' });
    expect(codeOf(await update({ name: '' }))).toBe('BAD_USER_INPUT');
    expect((await fixtures.events(tenant)).at(-1)).toMatchObject({
      ...{ action: 'dataset.update', before: { name: 'Renamed', description: 'New' }, after: { name: 'Renamed', description: '' } },
    });
  });
});

describe('deleteDataset', () => {
  test('M1, A1: deletes its objects and listing, and leaves their bytes to the job', async () => {
    const { datasetId, objectId, listingId } = await provider.published(tenant.owner);
    const other = await provider.dataset(tenant.owner, 'Other');
    await provider.object(tenant.owner, datasetId, 'c', { name: 'not-yet.csv' });
    await provider.run(tenant.owner, 'withdrawListing', { listingId }, '__typename');
    const { data } = await fixtures.mutate(tenant.seller_manager, 'deleteDataset', { datasetId }, 'deletedDatasetId');
    expect(data.deleteDataset).toEqual({ deletedDatasetId: datasetId });
    const rows = await fixtures.rows({ of: tenant.id });
    expect([rows.dataset, rows.data_object, rows.listing, rows.stale_object].map(list => list!.length)).toEqual([1, 0, 0, 2]);
    expect(rows.stale_object!.join()).toContain(rowIn(objectId));
    expect(rows.dataset![0]).toContain(rowIn(other));
    expect((await fixtures.events(tenant)).at(-1)).toMatchObject({
      action: 'dataset.delete',
      before: { name: 'Rows', objects: 2, listing: rowIn(listingId) },
      after: null,
    });
  });

  test('E1, G8: a subscriber to listings learns that the one of a deleted dataset is gone', async () => {
    const dataset = await provider.dataset(tenant.owner);
    const listing = await provider.draft(tenant.owner, dataset);
    const bare = await provider.dataset(tenant.owner, 'Without a listing');
    const query = 'subscription { listingChanged { listing { id } event { type subjectId } } }';
    const subscribed = await subscribe(fixtures.gateway.url, query, {
      token: await fixtures.gateway.tokenOf(tenant.viewer.person),
      tenant: tenant.id,
    });
    for (const datasetId of [bare, dataset]) await provider.run(tenant.owner, 'deleteDataset', { datasetId }, '__typename');
    const { data } = (await subscribed.next())!.data;
    expect(data.listingChanged).toEqual({ listing: null, event: { type: 'LISTING_DELETED', subjectId: listing } });
    subscribed.close();
  });

  test('M1: a dataset on the marketplace has to be withdrawn first', async () => {
    const { datasetId, listingId } = await provider.published(tenant.owner);
    const remove = () => fixtures.mutate(tenant.owner, 'deleteDataset', { datasetId }, 'deletedDatasetId');
    expect(codeOf(await remove())).toBe('CONFLICT');
    expect((await fixtures.rows({ of: tenant.id })).dataset).toHaveLength(1);
    await provider.run(tenant.owner, 'withdrawListing', { listingId }, '__typename');
    expect((await remove()).errors).toEqual([]);
  });
});

describe('the datasets of a tenant', () => {
  const list = async (args: string, who = tenant.viewer) =>
    (await fixtures.query(who, `{ tenant { datasets${args} { totalCount pageInfo { endCursor hasNextPage } edges { node { name } } } } }`))
      .data.tenant.datasets;
  const names = ({ edges }: { edges: { node: { name: string } }[] }) => edges.map(({ node }) => node.name);

  test('M1, G4: are paged in the order of creation, and counted', async () => {
    for (const name of ['b', 'a', 'c']) await provider.dataset(tenant.owner, name);
    const first = await list('(first: 2)');
    expect([names(first), first.totalCount, first.pageInfo.hasNextPage]).toEqual([['b', 'a'], 3, true]);
    expect(names(await list(`(first: 2, after: "${first.pageInfo.endCursor}")`))).toEqual(['c']);
  });

  test('T8: are found by a part of their name, in which no character is a wildcard', async () => {
    for (const name of ['Air 100%', 'air_quality', 'Water', 'back\\slash']) await provider.dataset(tenant.owner, name);
    const found = async (search: string) => names(await list(`(filter: { search: ${JSON.stringify(search)} })`));
    expect(await found('AIR')).toEqual(['Air 100%', 'air_quality']);
    expect(await found('%')).toEqual(['Air 100%']);
    expect(await found('_')).toEqual(['air_quality']);
    expect(await found('\\')).toEqual(['back\\slash']);
    expect(await found("' OR 1=1 --")).toEqual([]);
  });

  test('M1: are found by the status of their listing', async () => {
    await provider.dataset(tenant.owner, 'Bare');
    await provider.draft(tenant.owner, await provider.dataset(tenant.owner, 'Drafted'));
    await provider.published(tenant.owner);
    expect(names(await list('(filter: { listing: DRAFT })'))).toEqual(['Drafted']);
    expect(names(await list('(filter: { listing: PUBLISHED })'))).toEqual(['Rows']);
    const none = await list('(filter: { listing: WITHDRAWN })');
    expect([names(none), none.totalCount]).toEqual([[], 0]);
  });

  test('M1: an operator can count all and published datasets, and read nothing of a dataset', async () => {
    await provider.dataset(tenant.owner);
    await provider.published(tenant.owner);
    const { data, errors } = await fixtures.query(
      tenant.operator,
      '{ tenant { datasetCount publishedListingCount datasets { totalCount } } }',
    );
    expect(data.tenant).toEqual({ datasetCount: 2, publishedListingCount: 1, datasets: null });
    expect(errors).toMatchObject([{ path: ['tenant', 'datasets'], extensions: { code: 'FORBIDDEN', permission: 'dataset:read' } }]);
  });

  test("T8: a search reads only rows of its tenant: under the gateway's role its index begins with the tenant", async () => {
    await fixtures.database.sql(
      `INSERT INTO dataset (tenant_id, id, name) SELECT $1, gen_random_uuid(), 'Air ' || n FROM generate_series(1, 5000) n`,
      [(await fixtures.home()).id],
    );
    await fixtures.database.sql('ANALYZE dataset');
    const client = new pg.Client({ connectionString: fixtures.database.runtimeUrl });
    await client.connect();
    const explained = await client
      .query("SELECT set_config('app.tenant_id', $1, false)", [tenant.id])
      .then(() => client.query<{ 'QUERY PLAN': string }>("EXPLAIN SELECT id FROM dataset WHERE name ILIKE '%air%' ORDER BY id LIMIT 21"))
      .finally(() => client.end());
    expect(explained.rows.map(row => row['QUERY PLAN']).join('\n')).toMatch(/dataset_pkey[\s\S]*Index Cond: \(tenant_id = /);
  });
});
