import type { Services } from '../core/services.ts';
import type { Retrieval } from './retrieve.ts';

/**
 * The link to what was retrieved: the same file until the same moment, however often it is asked
 * for; null after it.
 */
export const linkTo = async (
  { objectKey, name, mediaType, expiresAt }: Retrieval,
  { clock, store }: Pick<Services, 'clock' | 'store'>,
): Promise<string | null> => (clock.now() < expiresAt ? store.downloadLink(objectKey, { name, mediaType }, expiresAt) : null);
