import type { Services } from '../core/services.ts';
import type { Retrieval } from './retrieve.ts';

/**
 * A link to the retrieved object until the retrieval's link expires; null after that. Each call
 * gives a link to the same file with the same expiry.
 */
export const linkTo = async (
  { objectKey, name, mediaType, expiresAt }: Retrieval,
  { clock, store }: Pick<Services, 'clock' | 'store'>,
): Promise<string | null> => (clock.now() < expiresAt ? store.downloadLink(objectKey, { name, mediaType }, expiresAt) : null);
