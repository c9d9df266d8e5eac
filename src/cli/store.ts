import type { StoreConfig } from '../config.ts';
import type { Clock, ObjectRemoval, ObjectStore } from '../domain/core/services.ts';
import { filesIn } from '../store/files.ts';
import { type FolderStore, folderStore } from '../store/folder.ts';
import { s3Store } from '../store/s3.ts';

/** The store that an operator chose; `folder` is it where the gateway has to serve it. */
export type OpenStore = { readonly store: ObjectStore; readonly folder: FolderStore | null };

/** Opens it for the gateway, which gives links out. Nothing is looked at before the first use. */
export function openStore(config: StoreConfig, clock: Clock): OpenStore {
  if (!config.STORE_DIRECTORY) return { store: bucketOf(config, clock), folder: null };
  const { STORE_DIRECTORY: directory, STORE_SECRET, PUBLIC_URL } = config;
  const folder = folderStore({ directory, secret: STORE_SECRET!, url: () => PUBLIC_URL!, clock });
  return { store: folder, folder };
}

/** Opens it for the jobs, which only remove. */
export const openRemoval = (config: StoreConfig, clock: Clock): ObjectRemoval =>
  config.STORE_DIRECTORY ? filesIn(config.STORE_DIRECTORY) : bucketOf(config, clock);

const bucketOf = (config: StoreConfig, clock: Clock): ObjectStore =>
  s3Store({
    bucket: config.S3_BUCKET!,
    region: config.S3_REGION,
    endpoint: config.S3_ENDPOINT,
    pathStyle: config.S3_PATH_STYLE,
    ...(config.S3_ACCESS_KEY_ID && {
      credentials: { accessKeyId: config.S3_ACCESS_KEY_ID, secretAccessKey: config.S3_SECRET_ACCESS_KEY! },
    }),
    clock,
  });
