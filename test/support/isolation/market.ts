import { uuidv7 as uuid } from 'uuidv7';
import type { TestDatabase } from '../database.ts';
import { hashOf } from '../documents.ts';

/** Ids and texts of a tenant's rows on both sides of the marketplace. */
export type MarketValues = {
  readonly datasetId: string;
  readonly datasetName: string;
  readonly datasetDescription: string;
  readonly objectId: string;
  readonly objectName: string;
  readonly mediaType: string;
  readonly staleId: string;
  readonly listingId: string;
  readonly listingTitle: string;
  readonly listingSummary: string;
  readonly listingTag: string;
  readonly entitlementId: string;
  readonly boughtListingId: string;
  readonly boughtTitle: string;
  readonly boughtFrom: string;
  readonly usageId: string;
  readonly usedObjectId: string;
  readonly usedObjectName: string;
  readonly chargeTitle: string;
  readonly chargedBy: string;
  readonly earningId: string;
  readonly earningTitle: string;
  readonly trustedDocumentId: string;
  readonly trustedApp: string;
  readonly trustedVersion: string;
  readonly trustedHash: string;
  readonly trustedText: string;
  readonly webhookId: string;
  readonly webhookName: string;
  readonly webhookUrl: string;
  readonly webhookDeliveryId: string;
  readonly deliveredEventId: string;
  readonly deliveredSubjectId: string;
  readonly deliveredPayload: string;
  readonly keyId: string;
  readonly keyName: string;
  readonly keyHolderId: string;
  readonly keyHolder: string;
  /** In hexadecimal, as PostgreSQL writes it after `\x`. */
  readonly keySecretHash: string;
};

const bytesOf = (text: string) => Buffer.from(text.padEnd(32, '.')).toString('hex');

const trusted = (mark: string) => `{ __typename } # ${mark} document`;

export const marketValues = (mark: string): MarketValues => ({
  datasetId: uuid(),
  datasetName: `${mark} dataset`,
  datasetDescription: `${mark} description`,
  objectId: uuid(),
  objectName: `${mark} object.csv`,
  mediaType: `text/${mark.toLowerCase()}`,
  staleId: uuid(),
  listingId: uuid(),
  listingTitle: `${mark} listing`,
  listingSummary: `${mark} summary`,
  listingTag: `${mark} tag`,
  entitlementId: uuid(),
  boughtListingId: uuid(),
  boughtTitle: `${mark} bought`,
  boughtFrom: `${mark} provider`,
  usageId: uuid(),
  usedObjectId: uuid(),
  usedObjectName: `${mark} used.csv`,
  chargeTitle: `${mark} charged`,
  chargedBy: `${mark} charging`,
  earningId: uuid(),
  earningTitle: `${mark} earned`,
  trustedDocumentId: uuid(),
  trustedApp: `${mark} app`,
  trustedVersion: `${mark} version`,
  trustedHash: hashOf(trusted(mark)),
  trustedText: trusted(mark),
  webhookId: uuid(),
  webhookName: `${mark} webhook`,
  webhookUrl: `https://${mark.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.example/`,
  webhookDeliveryId: uuid(),
  deliveredEventId: uuid(),
  deliveredSubjectId: uuid(),
  deliveredPayload: JSON.stringify(`${mark} payload`),
  keyId: uuid(),
  keyName: `${mark} key`,
  keyHolderId: uuid(),
  keyHolder: `${mark} holder`,
  keySecretHash: bytesOf(`${mark} secret`),
});

/** Inserts a dataset with two objects, a published listing, a stale object and two earnings. */
async function insertSellerRows({ sql }: Pick<TestDatabase, 'sql'>, tenantId: string, market: MarketValues) {
  const { datasetId, datasetName, datasetDescription, objectId, objectName, mediaType, staleId, earningId, earningTitle } = market;
  const { listingId, listingTitle, listingSummary, listingTag } = market;
  await sql('INSERT INTO dataset (tenant_id, id, name, description) VALUES ($1, $2, $3, $4)', [
    ...[tenantId, datasetId, datasetName, datasetDescription],
  ]);
  for (const [id, name] of [
    [objectId, objectName],
    [uuid(), `Second ${objectName}`],
  ])
    await sql(
      `INSERT INTO data_object (tenant_id, id, dataset_id, name, size, media_type, sha256, stored_at)
       VALUES ($1, $2, $3, $4, 1000, $5, sha256(uuid_send($2::uuid)), now())`,
      [tenantId, id, datasetId, name, mediaType],
    );
  await sql('INSERT INTO stale_object (tenant_id, id) VALUES ($1, $2)', [tenantId, staleId]);
  await sql(
    `INSERT INTO listing (tenant_id, id, dataset_id, status, title, summary, tags, price, currency, published_at)
     VALUES ($1, $2, $3, 'published', $4, $5, ARRAY[$6], 1.25, 'EUR', now())`,
    [tenantId, listingId, datasetId, listingTitle, listingSummary, listingTag],
  );
  for (const [id, day] of [
    [earningId, '2026-11-01'],
    [uuid(), '2026-11-02'],
  ])
    await sql(
      `INSERT INTO earning (tenant_id, id, dataset_id, amount, currency, title, buyer_ref, at, retrieval_ref)
       VALUES ($1, $2, $3, 1.25, 'EUR', $4, sha256(uuid_send($2::uuid)), $5, retrieval_ref($2::uuid))`,
      [tenantId, id, datasetId, earningTitle, day],
    );
}

/**
 * Inserts an API key, an entitlement, two retrievals with their charges (one with the key), and
 * their count in two shards.
 */
async function insertBuyerRows({ sql }: Pick<TestDatabase, 'sql'>, tenantId: string, market: MarketValues) {
  const { entitlementId, boughtListingId, boughtTitle, boughtFrom, usageId, usedObjectId, usedObjectName, chargeTitle, chargedBy } = market;
  const { keyId, keyName, keyHolderId, keyHolder, keySecretHash } = market;
  await sql(
    `INSERT INTO api_key (tenant_id, id, name, scopes, secret_hash, holder_id, holder_name)
     VALUES ($1, $2, $3, '{tenant:read}', decode($4, 'hex'), $5, $6)`,
    [tenantId, keyId, keyName, keySecretHash, keyHolderId, keyHolder],
  );
  await sql(
    `INSERT INTO entitlement (tenant_id, id, listing_id, title, provider, price, currency) VALUES ($1, $2, $3, $4, $5, 3.5, 'EUR')`,
    [tenantId, entitlementId, boughtListingId, boughtTitle, boughtFrom],
  );
  for (const [id, key, day] of [
    [usageId, keyId, '2026-11-01'],
    [uuid(), null, '2026-11-02'],
  ]) {
    await sql(
      `INSERT INTO usage_record (tenant_id, id, entitlement_id, api_key_id, object_id, object_name, size, at)
       VALUES ($1, $2, $3, $4, $5, $6, 2000, $7)`,
      [tenantId, id, entitlementId, key, usedObjectId, usedObjectName, day],
    );
    await sql(
      `INSERT INTO charge (tenant_id, id, amount, currency, title, provider, provider_ref, at)
       VALUES ($1, $2, 3.5, 'EUR', $3, $4, sha256(uuid_send($2::uuid)), $5)`,
      [tenantId, id, chargeTitle, chargedBy, day],
    );
  }
  await sql(
    `INSERT INTO retrieval_count (tenant_id, since, shard, cap, used) VALUES ($1, '2026-11-01', 0, 5, 2), ($1, '2026-11-01', 1, NULL, 0)`,
    [tenantId],
  );
}

/** Inserts a webhook of the owner's, and the delivery of a test. */
async function insertWebhookRows({ sql }: Pick<TestDatabase, 'sql'>, tenantId: string, market: MarketValues) {
  const { webhookId, webhookName, webhookUrl, webhookDeliveryId, deliveredEventId, deliveredSubjectId, deliveredPayload } = market;
  await sql(
    `INSERT INTO webhook (tenant_id, id, name, url, types, membership_id, secret)
     SELECT m.tenant_id, $2, $3, $4, '{tenant.renamed}', m.id, '\\x00' FROM membership m WHERE m.tenant_id = $1 AND m.roles @> '{owner}'`,
    [tenantId, webhookId, webhookName, webhookUrl],
  );
  await sql(
    `INSERT INTO webhook_delivery (tenant_id, id, webhook_id, kind, event_id, type, subject_type, subject_id, payload, status, ended_at)
     VALUES ($1, $2, $3, 'test', $4, 'webhook.test', 'Webhook', $5, $6, 'delivered', now())`,
    [tenantId, webhookDeliveryId, webhookId, deliveredEventId, deliveredSubjectId, deliveredPayload],
  );
}

/** Inserts the rows of both sides of the marketplace. */
export async function insertMarketRows(database: Pick<TestDatabase, 'sql'>, tenantId: string, market: MarketValues) {
  await insertSellerRows(database, tenantId, market);
  await insertWebhookRows(database, tenantId, market);
  await insertBuyerRows(database, tenantId, market);
  await database.sql(
    'INSERT INTO trusted_document (tenant_id, id, app, version, api_key_id, hash, text) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [
      ...[tenantId, market.trustedDocumentId, market.trustedApp, market.trustedVersion],
      ...[market.keyId, market.trustedHash, market.trustedText],
    ],
  );
}
