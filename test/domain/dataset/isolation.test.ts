import { uuidv7 as uuid } from 'uuidv7';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../support/gateway.ts';
import { announced, PRICE, providerOf, rowIn } from '../../support/provider.ts';
import { type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

type Type = 'Dataset' | 'DataObject' | 'Listing';

const fixtures = useTenantFixtures();
let here: TenantWithMembers;
let there: TenantWithMembers;
let foreign: Readonly<Record<Type, string>>;
beforeAll(async () => {
  [here, there] = [await fixtures.home(), await fixtures.home()];
  const { datasetId, objectId, listingId } = await providerOf(fixtures).published(there.owner, { title: 'Canary listing' });
  await providerOf(fixtures).published(here.owner);
  foreign = { Dataset: datasetId, DataObject: objectId, Listing: listingId };
});

const globalId = (type: Type, tenantId: string, id: string) => Buffer.from(`${type}:${tenantId}:${id}`).toString('base64url');
const comparable = ({ status, text, headers }: Answer) => [status, text.replaceAll(headers.get('x-request-id')!, '…')];

/**
 * Asks of the other tenant's row, of the same as if it were here, and of one that is nowhere: all
 * answer the same, and nothing there changes.
 */
async function sameOf(type: Type, ask: (id: string) => Promise<Answer>): Promise<Answer> {
  const before = await fixtures.rows({ of: there.id });
  const absent = await ask(globalId(type, uuid(), uuid()));
  for (const id of [foreign[type], globalId(type, here.id, rowIn(foreign[type])), globalId(type, there.id, uuid())])
    expect(comparable(await ask(id))).toEqual(comparable(absent));
  expect(await fixtures.rows({ of: there.id })).toEqual(before);
  return absent;
}

describe("T4: another tenant's object, by its id, has the same response as an absent one", () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, Type, string, object]>([
    ['updateDataset',   'Dataset',    'datasetId', { name: 'Taken over' }],
    ['deleteDataset',   'Dataset',    'datasetId', {}],
    ['addObject',       'Dataset',    'datasetId', announced('bytes')],
    ['draftListing',    'Dataset',    'datasetId', { title: 'Taken over', price: PRICE }],
    ['completeObject',  'DataObject', 'objectId',  {}],
    ['removeObject',    'DataObject', 'objectId',  {}],
    ['updateListing',   'Listing',    'listingId', { title: 'Taken over' }],
    ['publishListing',  'Listing',    'listingId', {}],
    ['withdrawListing', 'Listing',    'listingId', {}],
  ])('%s', async (name, type, key, more) => {
    const { data, errors } = await sameOf(type, id => fixtures.mutate(here.owner, name, { [key]: id, ...more }));
    expect([data, errors[0]?.extensions.code]).toEqual([{ [name]: null }, 'NOT_FOUND']);
  });

  test.each<[Type, string]>([
    ['Dataset', 'name objects { totalCount } listing { title }'],
    ['DataObject', 'name upload { url }'],
    ['Listing', 'title dataset { name }'],
  ])('node of %s', async (type, fields) => {
    const query = `query ($id: ID!) { node(id: $id) { id ... on ${type} { ${fields} } } }`;
    expect((await sameOf(type, id => fixtures.query(here.owner, query, { id }))).data).toEqual({ node: null });
  });

  test('an id of another type is BAD_USER_INPUT', async () => {
    const { errors } = await fixtures.mutate(there.owner, 'deleteDataset', { datasetId: foreign.Listing });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test("no list, count, filter or cursor reveals another tenant's rows", async () => {
    const after = Buffer.from(rowIn(foreign.Dataset)).toString('base64url');
    for (const args of ['', '(filter: { search: "rows" })', '(filter: { listing: PUBLISHED })', `(before: "${after}", last: 5)`]) {
      const { data, text } = await fixtures.query(
        here.owner,
        `{ tenant { datasetCount publishedListingCount datasets${args} { totalCount edges { node { id listing { title } } } } } }`,
      );
      expect([data.tenant.datasetCount, data.tenant.publishedListingCount, data.tenant.datasets.totalCount]).toEqual([1, 1, 1]);
      expect(text).not.toMatch(/Canary/);
      expect(text).not.toContain(foreign.Dataset);
    }
  });
});
