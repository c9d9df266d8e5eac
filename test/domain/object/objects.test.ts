import { beforeEach, describe, expect, test } from 'vitest';
import { minutesAfter } from '../../../src/domain/core/services.ts';
import { objectKey } from '../../../src/domain/object/key.ts';
import { announced, codeOf, OBJECT, providerOf, rowIn, send, sha256, UPLOAD } from '../../support/provider.ts';
import { type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const provider = providerOf(fixtures);

let tenant: TenantWithMembers;
let datasetId: string;
beforeEach(async () => {
  tenant = await fixtures.home();
  datasetId = await provider.dataset(tenant.owner);
});

const BYTES = 'a,b\n1,2\n';
const add = (input: object, who = tenant.seller_manager) =>
  fixtures.mutate(who, 'addObject', { datasetId, ...input }, `object { ${OBJECT} ${UPLOAD} }`);
const complete = (objectId: string, who = tenant.seller_manager) =>
  fixtures.mutate(who, 'completeObject', { objectId }, `object { ${OBJECT} ${UPLOAD} }`);
const remove = (objectId: string, who = tenant.seller_manager) => fixtures.mutate(who, 'removeObject', { objectId }, 'removedObjectId');
const lies = (objectId: string) => fixtures.gateway.store.find(objectKey(tenant.id, rowIn(objectId)));

describe('addObject', () => {
  test('M1, A1: announces an object and returns an upload link with its expiry', async () => {
    const { data, errors } = await add(announced(BYTES));
    expect(errors).toEqual([]);
    const now = fixtures.gateway.clock.now();
    const { object } = data.addObject;
    expect(object).toEqual({
      ...{ id: expect.any(String), name: 'rows.csv', size: '8', mediaType: 'text/csv', sha256: sha256(BYTES) },
      ...{ createdAt: now.toISOString(), storedAt: null },
      upload: {
        url: expect.stringMatching(`^${fixtures.gateway.url}/objects/[0-9a-f]{64}/${rowIn(object.id)}\\?`),
        headers: [{ name: 'content-type', value: 'text/csv' }],
        expiresAt: new Date(now.getTime() + 60 * 60_000).toISOString(),
      },
    });
    expect((await fixtures.events(tenant)).at(-1)).toMatchObject({
      action: 'object.add',
      after: { name: 'rows.csv', size: '8', mediaType: 'text/csv', sha256: sha256(BYTES), dataset: rowIn(datasetId) },
    });
  });

  test('M1: names are unique within a dataset only', async () => {
    await provider.object(tenant.owner, datasetId);
    const again = await add(announced('other'));
    expect(again.errors).toMatchObject([{ extensions: { code: 'CONFLICT', field: 'name' } }]);
    const other = await provider.dataset(tenant.owner);
    expect((await add({ ...announced(BYTES), datasetId: other })).errors).toEqual([]);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, object]>([
    ['an empty name',                  { name: ' ' }],
    ['a name of 256 characters',       { name: 'n'.repeat(256) }],
    ['a path',                         { name: '../rows.csv' }],
    ['a Windows path',                 { name: 'C:\\rows.csv' }],
    ['the current folder',             { name: '.' }],
    ['the parent folder',              { name: '..' }],
    ['a name with a right-to-left override', { name: 'rows\u202evsc.exe' }],
    ['a name with a line feed',        { name: 'rows\r\nset-cookie: a=b' }],
    ['a media type of one part',       { mediaType: 'csv' }],
    ['a media type with a parameter',  { mediaType: 'text/csv; charset=utf-8' }],
    ['a media type with a line feed',  { mediaType: 'text/csv\r\nx: y' }],
    ['an empty media type',            { mediaType: '' }],
    ['a checksum that is too short',   { sha256: 'ab' }],
    ['a checksum that is not hexadecimal', { sha256: 'g'.repeat(64) }],
    ['more than 5 GiB',                { size: String(5 * 1024 ** 3 + 1) }],
    ['a negative size',                { size: '-1' }],
    ['a size that is not a number',    { size: '1e3' }],
    ['a size of 19 digits',            { size: '9'.repeat(19) }],
    ['a fractional size',              { size: 0.5 }],
  ])('M1: %s is BAD_USER_INPUT, and no object is announced', async (_what, input) => {
    expect(codeOf(await add(announced(BYTES, input)))).toBe('BAD_USER_INPUT');
    expect((await fixtures.rows({ of: tenant.id })).data_object).toEqual([]);
  });

  test('M1: valid file names are stored unchanged, type and checksum in lower case; a size may be a number', async () => {
    const input = { name: '数据 "a".csv', mediaType: ' Text/CSV ', sha256: sha256('').toUpperCase(), size: 0 };
    const { data } = await add(announced('', input));
    expect(data.addObject.object).toMatchObject({ name: '数据 "a".csv', mediaType: 'text/csv', sha256: sha256(''), size: '0' });
  });

  test('M1: exactly 5 GiB can be announced', async () => {
    expect((await add(announced(BYTES, { size: String(5 * 1024 ** 3) }))).data.addObject.object.size).toBe('5368709120');
  });

  test('G6: a retry with the same key adds one object and returns a link again; another size is refused', async () => {
    const once = { ...announced(BYTES), idempotencyKey: 'add-this-object-once' };
    const first = (await add(once)).data.addObject.object;
    const again = (await add(once)).data.addObject.object;
    expect(again.id).toBe(first.id);
    expect((await send(again.upload, BYTES)).status).toBe(204);
    expect(codeOf(await add({ ...once, size: '9' }))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect((await fixtures.rows({ of: tenant.id })).data_object).toHaveLength(1);
  });
});

describe('completeObject', () => {
  test('M1, A1: completes an object whose bytes are uploaded, once; then it has no upload link', async () => {
    const { id, upload } = await provider.object(tenant.owner, datasetId);
    expect((await send(upload, BYTES)).status).toBe(204);
    const { data } = await complete(id);
    const storedAt = fixtures.gateway.clock.now().toISOString();
    expect(data.completeObject.object).toMatchObject({ storedAt, upload: null });
    fixtures.gateway.clock.advance({ minutes: 5 });
    expect((await complete(id)).data.completeObject.object.storedAt).toBe(storedAt);
    expect((await fixtures.events(tenant)).filter(({ action }) => action === 'object.complete')).toMatchObject([
      { after: { name: 'rows.csv', storedAt } },
    ]);
  });

  test('M1, A1: is OBJECT_NOT_STORED while no bytes are uploaded, and leaves an event', async () => {
    const { id } = await provider.object(tenant.owner, datasetId);
    expect(codeOf(await complete(id))).toBe('OBJECT_NOT_STORED');
    expect(
      (await fixtures.query(tenant.viewer, 'query ($id: ID!) { node(id: $id) { ... on DataObject { storedAt } } }', { id })).data.node,
    ).toEqual({
      storedAt: null,
    });
    expect((await fixtures.events(tenant)).at(-1)).toMatchObject({
      action: 'object.complete',
      outcome: 'refused',
      code: 'OBJECT_NOT_STORED',
    });
  });

  test.each([
    ['of the same size', 'a,b\n1,3\n'],
    ['of another size', 'a,b\n'],
  ])('M1: is OBJECT_NOT_STORED for other bytes %s', async (_what, other) => {
    const { id } = await provider.object(tenant.owner, datasetId);
    const facts = { size: BigInt(other.length), mediaType: 'text/csv', sha256: Buffer.from(sha256(other), 'hex') };
    const link = await fixtures.gateway.store.uploadLink(
      objectKey(tenant.id, rowIn(id)),
      facts,
      minutesAfter(fixtures.gateway.clock.now(), 1),
    );
    expect((await fetch(link.url, { method: 'PUT', headers: link.headers, body: other })).status).toBe(204);
    expect(codeOf(await complete(id))).toBe('OBJECT_NOT_STORED');
  });
});

describe('removeObject', () => {
  test('M1, A1: deletes the object at once, and its bytes a day later, when every link has expired', async () => {
    const id = await provider.stored(tenant.owner, datasetId);
    const kept = await provider.stored(tenant.owner, datasetId, 'kept', { name: 'kept.csv' });
    expect((await remove(id)).data.removeObject).toEqual({ removedObjectId: id });
    expect((await fixtures.events(tenant)).at(-1)).toMatchObject({ action: 'object.remove', before: { name: 'rows.csv', size: '8' } });
    fixtures.gateway.clock.advance({ minutes: 23 * 60 });
    // Something else is due in the tenant, so that the jobs come by.
    await fixtures.database.sql(
      `INSERT INTO invitation (tenant_id, id, email, roles, inviter, expires_at) VALUES ($1, gen_random_uuid(), 'late@people.example', '{viewer}', 'Keeper', $2)`,
      [tenant.id, fixtures.gateway.clock.now()],
    );
    await fixtures.gateway.settle();
    expect((await fixtures.rows({ of: tenant.id })).invitation).toEqual([]);
    expect(await lies(id)).not.toBeNull();
    fixtures.gateway.clock.advance({ minutes: 70 });
    await fixtures.gateway.settle();
    expect(await lies(id)).toBeNull();
    expect(await lies(kept)).not.toBeNull();
    expect((await fixtures.rows({ of: tenant.id })).stale_object).toEqual([]);
  });

  test('M1: the last stored object of a published dataset cannot be removed; others can', async () => {
    const { datasetId: listed, objectId } = await provider.published(tenant.owner);
    const second = await provider.stored(tenant.owner, listed, 'second', { name: 'second.csv' });
    const { id: announcedOnly } = await provider.object(tenant.owner, listed, 'third', { name: 'third.csv' });
    expect((await remove(second)).errors).toEqual([]);
    expect(codeOf(await remove(objectId))).toBe('CONFLICT');
    expect((await remove(announcedOnly)).errors).toEqual([]);
    expect((await fixtures.rows({ of: tenant.id })).data_object!.map(row => row.includes(rowIn(objectId)))).toEqual([true]);
  });

  test("M1: a removed object's name can be used again", async () => {
    await remove((await provider.object(tenant.owner, datasetId)).id);
    expect((await add(announced(BYTES))).errors).toEqual([]);
  });

  test('bytes that are already removed or were never uploaded are no error; an unavailable store is retried', async () => {
    const { id } = await provider.object(tenant.owner, datasetId);
    await remove(id);
    fixtures.gateway.clock.advance({ days: 2 });
    await fixtures.gateway.settle();
    await fixtures.gateway.settle();
    expect((await fixtures.rows({ of: tenant.id })).stale_object).toEqual([]);
  });
});

describe('the objects of a dataset', () => {
  test('M1, G4: are paged in the order in which they were added', async () => {
    for (const name of ['b', 'a', 'c']) await provider.object(tenant.owner, datasetId, name, { name });
    const page = async (args: string) =>
      (
        await fixtures.query(
          tenant.viewer,
          `query ($id: ID!) { node(id: $id) { ... on Dataset { objectCount objects(${args}) { totalCount pageInfo { endCursor } edges { node { name dataset { id } } } } } } }`,
          { id: datasetId },
        )
      ).data.node;
    const { objectCount, objects } = await page('first: 2');
    expect([objectCount, objects.totalCount]).toEqual([3, 3]);
    expect(objects.edges.map(({ node }: { node: { name: string } }) => node.name)).toEqual(['b', 'a']);
    expect((await page(`first: 2, after: "${objects.pageInfo.endCursor}"`)).objects.edges).toEqual([
      { node: { name: 'c', dataset: { id: datasetId } } },
    ]);
  });

  test('M1: a viewer can read the metadata of an object, but gets no upload link', async () => {
    const { id } = await provider.object(tenant.owner, datasetId);
    const { data, errors } = await fixtures.query(
      tenant.viewer,
      `query ($id: ID!) { node(id: $id) { ... on DataObject { name ${UPLOAD} } } }`,
      {
        id,
      },
    );
    expect(data.node).toEqual({ name: 'rows.csv', upload: null });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', permission: 'dataset:write' } }]);
  });

  test('S2: in a suspended tenant there is no link, and an announced object cannot be completed', async () => {
    const { id, upload } = await provider.object(tenant.owner, datasetId);
    await send(upload, BYTES);
    await fixtures.make.setStatus(tenant, 'suspended');
    const { data, errors } = await fixtures.query(
      tenant.owner,
      `query ($id: ID!) { node(id: $id) { ... on DataObject { name ${UPLOAD} } } }`,
      {
        id,
      },
    );
    expect([data.node, errors[0]?.extensions.code]).toEqual([{ name: 'rows.csv', upload: null }, 'TENANT_STATUS']);
    expect(codeOf(await complete(id, tenant.owner))).toBe('TENANT_STATUS');
  });
});

test('M5: the storage key of an object contains a hash of its tenant, equal in the gateway and the database', async () => {
  const id = rowIn((await provider.object(tenant.owner, datasetId)).id);
  const [{ key }] = (await fixtures.database.sql('SELECT object_key($1, $2) AS key', [tenant.id, id])) as [{ key: string }];
  expect(objectKey(tenant.id, id)).toBe(key);
  expect(key).not.toContain(tenant.id);
});
