import { createHash } from 'node:crypto';
import type { Client } from '@ipto/client';
import { Acquire, Entitlements, type EntitlementsQuery, Objects, type ObjectsQuery, RenewLink, Retrieve, Search } from './operations.ts';

export type Offer = { readonly id: string; readonly title: string; readonly provider: string };
export type DataObject = { readonly id: string; readonly name: string; readonly size: string; readonly sha256: string };

/** The listing that matches best. @throws if there is none. */
export async function findOffer(client: Client, query: string): Promise<Offer> {
  const [found] = (await client.data(Search, { query })).marketplace.search.edges;
  if (!found) throw new Error(`The marketplace has nothing about "${query}".`);
  return found.node;
}

/** The id of the entitlement to a listing: the one that is there, or a new one. */
export async function entitlementTo(client: Client, { id }: Offer): Promise<string> {
  const connection = ({ tenant }: EntitlementsQuery) => tenant.entitlements;
  for await (const entitlement of client.items(Entitlements, {}, { connection })) {
    if (entitlement.listingId === id) return entitlement.id;
  }
  return (await client.data(Acquire, { listingId: id })).acquireEntitlement.entitlement.id;
}

/** The objects that an entitlement gives access to. Listing them is free. */
export const objectsOf = (client: Client, entitlementId: string): AsyncGenerator<DataObject, void> =>
  client.items(Objects, { entitlementId }, { connection: ({ node }: ObjectsQuery) => (node && 'objects' in node ? node.objects : null) });

/**
 * Retrieves an object, which is charged, and returns a link to its bytes. The idempotency key is
 * that of the object and the day: when this program is started again on that day, it gets the same
 * retrieval and pays nothing more.
 */
export async function retrieve(client: Client, entitlementId: string, objectId: string): Promise<string> {
  const day = new Date().toISOString().slice(0, 10);
  const idempotencyKey = createHash('sha256').update(`${objectId} ${day}`).digest('hex');
  const { retrieveObject } = await client.data(Retrieve, { entitlementId, objectId }, { idempotencyKey });
  const { usageRecordId, downloadLink } = retrieveObject.retrieval;
  return downloadLink ?? (await renewLink(client, usageRecordId));
}

/** Another link for a retrieval whose link has expired. It is free. */
async function renewLink(client: Client, usageRecordId: string): Promise<string> {
  const { downloadLink } = (await client.data(RenewLink, { usageRecordId })).renewDownloadLink;
  if (!downloadLink) throw new Error('The link has expired already. Start again.');
  return downloadLink;
}
