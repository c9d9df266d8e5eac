import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type pg from 'pg';
import { v7 as uuid } from 'uuid';
import { objectKey } from '../domain/object/key.ts';
import type { Files } from '../store/files.ts';
import type { SeedContext } from './seed-trade.ts';
import { WARES, type Ware } from './wares.ts';

/**
 * Puts the wares of the demo's sellers into their tenants, by slug, and the bytes into the folder.
 */
export async function seedWares({ client, tenants, since }: SeedContext, files: Files): Promise<void> {
  for (const ware of WARES) {
    const tenantId = tenants.get(ware.tenant)!;
    // the trigger that indexes listings works in one tenant
    await client.query("SELECT set_config('app.tenant_id', $1, true)", [tenantId]);
    const datasetId = uuid();
    await client.query('INSERT INTO dataset (tenant_id, id, name, description, created_at) VALUES ($1, $2, $3, $4, $5)', [
      tenantId,
      datasetId,
      ware.name,
      ware.description,
      since,
    ]);
    for (const file of ware.files) await insertObject(client, { tenantId, datasetId, since }, file, files);
    await insertListing(client, { tenantId, datasetId, since }, ware);
  }
}

type Place = { readonly tenantId: string; readonly datasetId: string; readonly since: Date };

async function insertObject(
  client: pg.Client,
  { tenantId, datasetId, since }: Place,
  [name, mediaType, text]: Ware['files'][number],
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

async function insertListing(client: pg.Client, { tenantId, datasetId, since }: Place, { listing }: Ware) {
  if (!listing) return;
  const { status, title, summary, tags, price, currency } = listing;
  await client.query(
    `INSERT INTO listing (tenant_id, id, dataset_id, status, title, summary, tags, price, currency, created_at, published_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, CASE WHEN $4 = 'draft' THEN NULL ELSE $10::timestamptz END)`,
    [tenantId, uuid(), datasetId, status, title, summary, tags, price, currency, since],
  );
}
