import { createHash } from 'node:crypto';
import type { Answer } from './gateway.ts';
import type { Asker, TenantLife } from './homes.ts';

export const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** How an object is announced whose bytes are these. */
export const announced = (bytes: string, more: object = {}) => ({
  name: 'rows.csv',
  size: String(Buffer.byteLength(bytes)),
  mediaType: 'text/csv',
  sha256: sha256(bytes),
  ...more,
});

/** An upload as the API tells it. */
export type Upload = { readonly url: string; readonly headers: readonly { name: string; value: string }[]; readonly expiresAt: string };

/** Sends bytes as an upload says, with headers of one's own in place of its. */
export const send = ({ url, headers }: Upload, bytes: string, more: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: 'PUT', headers: { ...Object.fromEntries(headers.map(({ name, value }) => [name, value])), ...more }, body: bytes });

export const UPLOAD = 'upload { url headers { name value } expiresAt }';
export const OBJECT = `id name size mediaType sha256 createdAt storedAt`;
export const LISTING = 'id status title summary tags price { amount currency } createdAt updatedAt publishedAt';
export const PRICE = { amount: '2.50', currency: 'EUR' };

/** What sellers do, as it is to work. Ids are global ids. */
export const providerOf = (life: TenantLife) => {
  const must = ({ data, errors }: Answer, name: string) => {
    if (errors.length) throw new Error(`${name}: ${JSON.stringify(errors)}`);
    return data[name];
  };
  const run = async (asker: Asker, name: string, input: object, selection: string) =>
    must(await life.mutate(asker, name, input, selection), name);

  const provider = {
    run,
    dataset: async (asker: Asker, name = 'Rows'): Promise<string> =>
      (await run(asker, 'createDataset', { name }, 'dataset { id }')).dataset.id,
    /** An object that is announced, and how to upload it. */
    object: async (asker: Asker, datasetId: string, bytes = 'a,b\n1,2\n', more: object = {}): Promise<{ id: string; upload: Upload }> =>
      (await run(asker, 'addObject', { datasetId, ...announced(bytes, more) }, `object { id ${UPLOAD} }`)).object,
    /** An object whose bytes are stored. */
    async stored(asker: Asker, datasetId: string, bytes = 'a,b\n1,2\n', more: object = {}): Promise<string> {
      const { id, upload } = await provider.object(asker, datasetId, bytes, more);
      const { status } = await send(upload, bytes);
      if (status !== 204) throw new Error(`the upload answered ${status}`);
      await run(asker, 'completeObject', { objectId: id }, '__typename');
      return id;
    },
    draft: async (asker: Asker, datasetId: string, more: object = {}): Promise<string> =>
      (await run(asker, 'draftListing', { datasetId, title: 'Rows of things', price: PRICE, ...more }, 'listing { id }')).listing.id,
    /** A dataset on the marketplace: with one stored object, and a listing that is published. */
    async published(asker: Asker, more: object = {}): Promise<{ datasetId: string; objectId: string; listingId: string }> {
      // whoever may not had it done
      await run(asker, 'setTenantSides', { sells: true }, '__typename').catch(() => {});
      const datasetId = await provider.dataset(asker);
      const objectId = await provider.stored(asker, datasetId);
      const listingId = await provider.draft(asker, datasetId, more);
      await run(asker, 'publishListing', { listingId }, '__typename');
      return { datasetId, objectId, listingId };
    },
  };
  return provider;
};

/** The id of a row inside its global id. */
export const rowIn = (globalId: string): string => Buffer.from(globalId, 'base64url').toString().split(':').at(-1)!;

/** The code of an answer's only error; null where there is none. */
export const codeOf = ({ errors }: Answer): unknown => errors[0]?.extensions.code ?? null;
