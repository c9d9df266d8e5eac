import type { StoreConfig } from '../config-store.ts';
import type { Clock, ObjectRemoval, ObjectStore } from '../domain/core/services.ts';
import { filesIn } from '../store/files.ts';
import { type FolderStore, folderStore } from '../store/folder.ts';

/** The configured store; `folder` is the same store if the gateway serves its links. */
export type OpenStore = { readonly store: ObjectStore; readonly folder: FolderStore | null };

/** Opens the store for the gateway, which signs links. Connects on first use. */
export async function openStore(config: StoreConfig, clock: Clock): Promise<OpenStore> {
  if (!config.STORE_DIRECTORY) return { store: await s3StoreOf(config, clock), folder: null };
  const { STORE_DIRECTORY: directory, STORE_SECRET, PUBLIC_URL } = config;
  const folder = folderStore({ directory, secret: STORE_SECRET!, url: () => PUBLIC_URL!, clock });
  return { store: folder, folder };
}

/** Opens the store for the jobs, which only remove objects. */
export const openRemoval = async (config: StoreConfig, clock: Clock): Promise<ObjectRemoval> =>
  config.STORE_DIRECTORY ? filesIn(config.STORE_DIRECTORY) : await s3StoreOf(config, clock);

/** Amazon's packages are large, and are loaded only where they are used. */
async function s3StoreOf(config: StoreConfig, clock: Clock): Promise<ObjectStore> {
  const { s3Store } = await import('../store/s3.ts');
  return s3Store({
    bucket: config.S3_BUCKET!,
    region: config.S3_REGION,
    endpoint: config.S3_ENDPOINT,
    pathStyle: config.S3_PATH_STYLE,
    ...(config.S3_ACCESS_KEY_ID && {
      credentials: { accessKeyId: config.S3_ACCESS_KEY_ID, secretAccessKey: config.S3_SECRET_ACCESS_KEY! },
    }),
    clock,
  });
}
