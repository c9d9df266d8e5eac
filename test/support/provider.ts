import { createHash } from 'node:crypto';
import type { Answer } from './gateway.ts';
import type { Caller, TenantFixtures } from './tenant-fixtures.ts';

export const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The input of `addObject` for an object with these bytes. */
export const announced = (bytes: string, more: object = {}) => ({
  name: 'rows.csv',
  size: String(Buffer.byteLength(bytes)),
  mediaType: 'text/csv',
  sha256: sha256(bytes),
  ...more,
});

/** An upload as the API returns it. */
export type Upload = { readonly url: string; readonly headers: readonly { name: string; value: string }[]; readonly expiresAt: string };

/** Uploads bytes. `more` overrides the headers of the upload. */
export const send = ({ url, headers }: Upload, bytes: string, more: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: 'PUT', headers: { ...Object.fromEntries(headers.map(({ name, value }) => [name, value])), ...more }, body: bytes });

export const UPLOAD = 'upload { url headers { name value } expiresAt }';
export const OBJECT = `id name size mediaType sha256 createdAt storedAt`;
export const LISTING = 'id status title summary tags price { amount currency } createdAt updatedAt publishedAt';
export const PRICE = { amount: '2.50', currency: 'EUR' };

/** Mutations of sellers, which throw if they fail. Ids are global ids. */
export const providerOf = (fixtures: TenantFixtures) => {
  const must = ({ data, errors }: Answer, name: string) => {
    if (errors.length) throw new Error(`${name}: ${JSON.stringify(errors)}`);
    return data[name];
  };
  const run = async (caller: Caller, name: string, input: object, selection: string) =>
    must(await fixtures.mutate(caller, name, input, selection), name);

  const provider = {
    run,
    dataset: async (caller: Caller, name = 'Rows'): Promise<string> =>
      (await run(caller, 'createDataset', { name }, 'dataset { id }')).dataset.id,
    /** Adds an object that isn't uploaded yet. */
    object: async (caller: Caller, datasetId: string, bytes = 'a,b\n1,2\n', more: object = {}): Promise<{ id: string; upload: Upload }> =>
      (await run(caller, 'addObject', { datasetId, ...announced(bytes, more) }, `object { id ${UPLOAD} }`)).object,
    /** Adds an object and uploads its bytes. */
    async stored(caller: Caller, datasetId: string, bytes = 'a,b\n1,2\n', more: object = {}): Promise<string> {
      const { id, upload } = await provider.object(caller, datasetId, bytes, more);
      const { status } = await send(upload, bytes);
      if (status !== 204) throw new Error(`the upload answered ${status}`);
      await run(caller, 'completeObject', { objectId: id }, '__typename');
      return id;
    },
    draft: async (caller: Caller, datasetId: string, more: object = {}): Promise<string> =>
      (await run(caller, 'draftListing', { datasetId, title: 'Rows of things', price: PRICE, ...more }, 'listing { id }')).listing.id,
    /** Puts a dataset with one uploaded object on the marketplace. */
    async published(caller: Caller, more: object = {}): Promise<{ datasetId: string; objectId: string; listingId: string }> {
      // refused to callers without the permission, for whom the test did it before
      await run(caller, 'setTenantSides', { sells: true }, '__typename').catch(() => {});
      const datasetId = await provider.dataset(caller);
      const objectId = await provider.stored(caller, datasetId);
      const listingId = await provider.draft(caller, datasetId, more);
      await run(caller, 'publishListing', { listingId }, '__typename');
      return { datasetId, objectId, listingId };
    },
  };
  return provider;
};

/** The row id inside a global id. */
export const rowIn = (globalId: string): string => Buffer.from(globalId, 'base64url').toString().split(':').at(-1)!;

/** The code of a response's first error; null without errors. */
export const codeOf = ({ errors }: Answer): unknown => errors[0]?.extensions.code ?? null;
