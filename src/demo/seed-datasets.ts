import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type pg from 'pg';
import { uuidv7 as uuid } from 'uuidv7';
import { objectKey } from '../domain/object/key.ts';
import type { Files } from '../store/files.ts';
import { DEMO_DATASETS, type DemoDataset } from './datasets.ts';
import type { SeedContext } from './seed-trade.ts';

/** Writes the datasets and listings of the demo's sellers, and the objects' bytes. */
export async function seedDatasets({ client, tenants, since }: SeedContext, files: Files): Promise<void> {
  for (const dataset of DEMO_DATASETS) {
    const tenantId = tenants.get(dataset.tenant)!;
    // the trigger that indexes listings needs a bound tenant
    await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenantId]);
    const datasetId = uuid();
    await client.query('INSERT INTO dataset (tenant_id, id, name, description, created_at) VALUES ($1, $2, $3, $4, $5)', [
      tenantId,
      datasetId,
      dataset.name,
      dataset.description,
      since,
    ]);
    for (const file of dataset.files) await insertObject(client, { tenantId, datasetId, since }, file, files);
    await insertListing(client, { tenantId, datasetId, since }, dataset);
  }
}

type Target = { readonly tenantId: string; readonly datasetId: string; readonly since: Date };

async function insertObject(
  client: pg.Client,
  { tenantId, datasetId, since }: Target,
  [name, mediaType, text]: DemoDataset['files'][number],
  files: Files,
) {
  const [id, bytes] = [uuid(), Buffer.from(text)];
  const sha256 = createHash('sha256').update(bytes).digest();
  await files.write(objectKey(tenantId, id), { size: BigInt(bytes.length), mediaType, sha256 }, Readable.from([bytes]));
  await client.query(
    `INSERT INTO data_object (tenant_id, id, dataset_id, name, size, media_type, sha256, created_at, stored_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
    [tenantId, id, datasetId, name, bytes.length, mediaType, sha256, since],
  );
}

async function insertListing(client: pg.Client, { tenantId, datasetId, since }: Target, { listing }: DemoDataset) {
  if (!listing) return;
  const { status, title, summary, tags, price, currency } = listing;
  await client.query(
    `INSERT INTO listing (tenant_id, id, dataset_id, status, title, summary, tags, price, currency, created_at, published_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, CASE WHEN $4 = 'draft' THEN NULL ELSE $10::timestamptz END)`,
    [tenantId, uuid(), datasetId, status, title, summary, tags, price, currency, since],
  );
}
