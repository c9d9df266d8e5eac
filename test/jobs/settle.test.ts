import { expect, test } from 'vitest';
import { type Database, openDatabase } from '../../src/database/index.ts';
import type { Message } from '../../src/domain/core/services.ts';
import { objectKey } from '../../src/domain/object/key.ts';
import { settleTenant } from '../../src/jobs/settle.ts';
import { providerOf, rowIn } from '../support/provider.ts';
import { useResource } from '../support/resource.ts';
import { useTenantFixtures } from '../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const provider = providerOf(fixtures);
const database: Database = useResource(
  () => openDatabase(fixtures.database.runtimeUrl, { poolSize: 1 }),
  opened => opened.close(),
);

test('R5: an object that cannot be removed blocks neither other objects nor mail, and is the only failure reported', async () => {
  const tenant = await fixtures.home();
  const datasetId = await provider.dataset(tenant.owner);
  const ids = [
    await provider.stored(tenant.owner, datasetId, 'a', { name: 'a' }),
    await provider.stored(tenant.owner, datasetId, 'b', { name: 'b' }),
  ];
  for (const objectId of ids) await fixtures.mutate(tenant.owner, 'removeObject', { objectId });
  fixtures.gateway.clock.advance({ days: 2 });
  await fixtures.mutate(tenant.owner, 'inviteMember', { email: 'ines@people.example', roles: ['VIEWER'] });

  const [stuck, other] = ids.map(id => objectKey(tenant.id, rowIn(id))) as [string, string];
  const { store, clock } = fixtures.gateway;
  const sent: Message[] = [];
  const failed: string[] = [];
  const settle = (isStuck: boolean) =>
    settleTenant(
      database,
      {
        clock,
        store: {
          removeAll: prefix => store.removeAll(prefix),
          remove: async keys => {
            if (isStuck && keys.includes(stuck)) throw new Error('locked');
            await store.remove(keys);
          },
        },
        mail: { send: async message => void sent.push(message) },
        acceptUrl: 'https://app.example/{code}',
      },
      tenant.id,
      step => failed.push(step),
    );
  await expect(settle(true)).rejects.toThrow('1 objects could not be removed');
  expect(failed).toEqual(['remove objects']);
  expect(sent.map(({ to }) => to)).toEqual(['ines@people.example']);
  expect([await store.find(stuck), await store.find(other)]).toEqual([expect.anything(), null]);

  await settle(false);
  expect(await store.find(stuck)).toBeNull();
  expect(failed).toHaveLength(1);
  expect((await fixtures.rows({ of: tenant.id })).stale_object).toEqual([]);
});
