import { expect, test } from 'vitest';
import { keepLog } from '../../http/server/serve.ts';
import { useGateway } from '../../support/gateway.ts';
import { announced, OBJECT, send, UPLOAD, type Upload } from '../../support/provider.ts';
import { useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
const kept = keepLog();
const gateway = useGateway(fixtures.database, { log: kept.log });

/**
 * Every row of every table, in both schemas, as text; bytes in the notations in which a text could
 * lie in them.
 */
async function dump(): Promise<string> {
  const tables = await fixtures.database.sql<{ name: string }>(
    "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'graphile_worker')",
  );
  const rows: string[] = [];
  for (const { name } of tables)
    for (const row of await fixtures.database.sql(`SELECT * FROM ${name}`))
      for (const value of Object.values(row)) rows.push(Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value));
  return rows.join('\n');
}

test('A4: no link to an object is in an event, a log line or a table, whether returned, used, refused or replayed', async () => {
  const tenant = await fixtures.home();
  const ask = (name: string, input: object, selection: string, who = tenant.owner) => fixtures.mutate(who, name, input, selection, gateway);
  const datasetId = (await ask('createDataset', { name: 'Rows' }, 'dataset { id }')).data.createDataset.dataset.id;
  const once = { datasetId, ...announced('rows'), idempotencyKey: 'add-this-object-once' };
  const uploads: Upload[] = [];
  for (const _ of [1, 2]) uploads.push((await ask('addObject', once, `object { ${OBJECT} ${UPLOAD} }`)).data.addObject.object.upload);
  await send(uploads[0]!, 'other');
  await send(uploads[0]!, 'rows');
  await send({ ...uploads[1]!, url: `${uploads[1]!.url}A` }, 'rows');
  await ask('addObject', once, `object { ${UPLOAD} }`, tenant.viewer);
  await gateway.settle();
  const written = [await dump(), kept.text()];
  expect(uploads).toHaveLength(2);
  expect(written[0]).toContain('rows.csv');
  expect(written[1]).toContain('/objects/');
  for (const { url } of uploads) {
    const signature = url.split('signature=')[1]!;
    for (const text of written)
      for (const form of [signature, Buffer.from(signature, 'base64url').toString('latin1'), 'signature=', '/objects/?until'])
        expect(text.includes(form), form).toBe(false);
  }
});
