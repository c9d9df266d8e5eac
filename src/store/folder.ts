import type { Clock, ObjectStore } from '../domain/core/services.ts';
import { type Files, filesIn } from './files.ts';
import { checkKey } from './key.ts';
import { linkOf, type Pass, passOf } from './link.ts';

export type FolderOptions = {
  readonly directory: string;
  /** The key that signs links; all processes that share the folder need the same. */
  readonly secret: string;
  /** The origin under which clients reach the gateway, which serves the links. */
  readonly url: () => string;
  readonly clock: Clock;
};

/** A store in a folder, whose links lead to the gateway. */
export type FolderStore = ObjectStore &
  Files & {
    /** What a request's link lets it do; null for none of ours, and for one that is over. */
    pass(method: string, url: string): Pass | null;
  };

/**
 * Objects as files of a folder, behind links that the gateway itself serves: for one machine, or
 * several that share a disk.
 */
export function folderStore({ directory, secret, url, clock }: FolderOptions): FolderStore {
  const link = (pass: Pass) => `${url()}${linkOf(secret, { ...pass, key: checkKey(pass.key) })}`;
  return {
    ...filesIn(directory),
    uploadLink: async (key, facts, until) => ({
      url: link({ method: 'PUT', key, facts, until }),
      headers: { 'content-type': facts.mediaType },
    }),
    downloadLink: async (key, file, until) => link({ method: 'GET', key, file, until }),
    pass: (method, text) => passOf(secret, method, text, clock.now()),
  };
}
