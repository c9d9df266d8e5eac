import { expect, test } from 'vitest';
import { OBJECT_LIMIT } from '../../../src/domain/object/add.ts';
import { announced, providerOf, rowIn } from '../../support/provider.ts';
import { useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const provider = providerOf(fixtures);

test('M1: a dataset has at most 10,000 objects, counted for each dataset', async () => {
  const tenant = await fixtures.home();
  const [full, other] = [await provider.dataset(tenant.owner), await provider.dataset(tenant.owner)];
  await fixtures.database.sql(
    `INSERT INTO data_object (tenant_id, id, dataset_id, name, size, media_type, sha256)
     SELECT '${tenant.id}', gen_random_uuid(), '${rowIn(full)}', 'o' || n, 1, 'text/csv', sha256('x') FROM generate_series(1, ${OBJECT_LIMIT - 1}) n`,
  );
  const add = (datasetId: string, name: string) => fixtures.mutate(tenant.owner, 'addObject', { datasetId, ...announced('x', { name }) });
  expect((await add(full, 'last')).errors).toEqual([]);
  expect((await add(full, 'more')).errors).toMatchObject([
    { extensions: { code: 'LIMIT_REACHED', limit: OBJECT_LIMIT, used: OBJECT_LIMIT } },
  ]);
  expect((await add(other, 'more')).errors).toEqual([]);
});
