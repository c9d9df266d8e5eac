import * as z from 'zod';
import { type Environment, flagOf, isOrigin, trustedUrl } from './config-values.ts';

/** Where objects are stored: either a folder, or a bucket of S3 or of a compatible service. */
export const store = z.object({
  STORE_DIRECTORY: z.string().optional(),
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'the name of a bucket')
    .optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_ENDPOINT: trustedUrl.optional(),
  S3_PATH_STYLE: flagOf('false'),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
});
/** The settings of links into a folder, which the gateway serves. */
export const folderLinks = z.object({
  STORE_SECRET: z.string().min(32, 'a random text of at least 32 characters').optional(),
  PUBLIC_URL: trustedUrl.refine(isOrigin, 'an origin such as https://gateway.example, without a path').optional(),
});

/** The settings of the object store. */
export type StoreConfig = z.infer<typeof store> & Partial<z.infer<typeof folderLinks>>;

/** The faults in the settings of the store. `links`: whether the process signs links. */
export const storeFaults =
  (links: boolean) =>
  (set: Environment): readonly string[] => {
    const missing = (...names: readonly string[]) => names.filter(name => !set[name]).map(name => `${name} is missing`);
    const credentials = ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'];
    return [
      ...(set.STORE_DIRECTORY || set.S3_BUCKET ? [] : ['STORE_DIRECTORY (or S3_BUCKET) is missing']),
      ...(set.STORE_DIRECTORY && set.S3_BUCKET ? ['S3_BUCKET is wrong: set either S3_BUCKET or STORE_DIRECTORY'] : []),
      ...(set.STORE_DIRECTORY && links ? missing('STORE_SECRET', 'PUBLIC_URL') : []),
      ...(credentials.some(name => set[name]) ? missing(...credentials) : []),
    ];
  };
