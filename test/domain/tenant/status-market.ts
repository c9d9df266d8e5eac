import { manifestOf } from '../../support/documents.ts';
import { marketFixtures } from '../../support/market.ts';
import type { TenantFixtures, TenantWithMembers } from '../../support/tenant-fixtures.ts';
import { listingName } from '../../support/trade.ts';
import { WEBHOOK } from '../../support/webhooks.ts';

const named = ({ id: tenant }: { id: string }, type: string, { id }: { id: string }) =>
  Buffer.from(`${type}:${tenant}:${id}`).toString('base64url');

const WEB = { app: 'Web', version: '1' };

/**
 * What each mutation of both sides of the marketplace needs: datasets and listings of the tenant's
 * own, a key, and another tenant's listings.
 */
export async function stocked(fixtures: TenantFixtures, home: TenantWithMembers) {
  const market = marketFixtures(fixtures.database);
  await market.setSides(home, { sells: true, buys: true });
  const bare = await market.dataset(home);
  const object = await market.object(home, bare, { stored: false });
  const [draft, published] = [await market.listing(home, { status: 'draft' }), await market.listing(home)];
  for (const { datasetId: id } of [draft, published]) await market.object(home, { id });
  const provider = await fixtures.home();
  await market.setSides(provider, { sells: true });
  const entitlement = await market.entitlement(home, await market.listing(provider));
  await fixtures.mutate(home.owner, 'registerDocuments', { ...WEB, documents: manifestOf('{ __typename }') }, 'documents { id }');
  const madeWebhook = await fixtures.mutate(home.owner, 'createWebhook', WEBHOOK, 'webhook { id }');
  await fixtures.database.sql('SELECT crossing_number_events(500)');
  const [event] = await fixtures.database.sql<{ id: string }>('SELECT id FROM event WHERE tenant_id = $1 LIMIT 1', [home.id]);
  const key = await fixtures.mutate(home.owner, 'createApiKey', { name: 'Key', scopes: ['TENANT_READ', 'USAGE_READ'] }, 'apiKey { id }');
  return {
    dataset: named(home, 'Dataset', bare),
    object: named(home, 'DataObject', object),
    draft: named(home, 'Listing', draft),
    published: named(home, 'Listing', published),
    offer: listingName((await market.listing(provider)).id),
    entitlement: named(home, 'Entitlement', entitlement),
    key: key.data.createApiKey.apiKey.id as string,
    event: event!.id,
    webhook: madeWebhook.data.createWebhook.webhook.id as string,
    holder: named(home, 'Membership', home.admin),
  };
}

export type Stocked = Awaited<ReturnType<typeof stocked>>;

const SHA256 = '0'.repeat(64);
const FILE = { name: 'new.csv', size: '1', mediaType: 'text/csv', sha256: SHA256 };

/**
 * What owner and admin write on both sides, and with keys: while the tenant is active, and in no
 * other status.
 */
// biome-ignore format: a table is read by its columns
export const MARKET_WRITES: readonly (readonly [mutation: string, input: (made: Stocked) => object])[] = [
  ['setTenantSides',     () => ({ sells: false })],
  ['createDataset',      () => ({ name: 'New' })],
  ['updateDataset',      ({ dataset }) => ({ datasetId: dataset, name: 'Other' })],
  ['deleteDataset',      ({ dataset }) => ({ datasetId: dataset })],
  ['addObject',          ({ dataset }) => ({ datasetId: dataset, ...FILE })],
  ['removeObject',       ({ object }) => ({ objectId: object })],
  ['draftListing',       ({ dataset }) => ({ datasetId: dataset, title: 'New', price: { amount: '1', currency: 'EUR' } })],
  ['updateListing',      ({ draft }) => ({ listingId: draft, title: 'Other' })],
  ['publishListing',     ({ draft }) => ({ listingId: draft })],
  ['withdrawListing',    ({ published }) => ({ listingId: published })],
  ['acquireEntitlement', ({ offer }) => ({ listingId: offer })],
  ['endEntitlement',     ({ entitlement }) => ({ entitlementId: entitlement })],
  ['registerDocuments',  () => ({ ...WEB, documents: manifestOf('{ viewer { name } }') })],
  ['retireDocuments',    () => WEB],
  ['createWebhook',      () => ({ ...WEBHOOK, name: 'New' })],
  ['updateWebhook',      ({ webhook }) => ({ webhookId: webhook, name: 'Other' })],
  ['rotateWebhookSecret', ({ webhook }) => ({ webhookId: webhook })],
  ['testWebhook',        ({ webhook }) => ({ webhookId: webhook })],
  ['redeliverWebhookEvent', ({ webhook, event }) => ({ webhookId: webhook, eventId: event })],
  ['deleteWebhook',      ({ webhook }) => ({ webhookId: webhook })],
  ['createApiKey',       () => ({ name: 'New', scopes: ['TENANT_READ'] })],
  ['setApiKeyDocumentMode', ({ key }) => ({ apiKeyId: key, documentMode: 'LOG' })],
  ['narrowApiKey',       ({ key }) => ({ apiKeyId: key, scopes: ['TENANT_READ'] })],
  ['rotateApiKey',       ({ key }) => ({ apiKeyId: key })],
  ['revokeApiKey',       ({ key }) => ({ apiKeyId: key })],
  ['handOverApiKey',     ({ key, holder }) => ({ apiKeyId: key, membershipId: holder })],
];
