import type { Services } from '../core/services.ts';
import type { RenewedLink } from './renew-link.ts';

/**
 * A link to the retrieved object until it expires; null after that. Each call
 * gives a link to the same file with the same expiry.
 */
export const linkTo = async (
  { objectKey, name, mediaType, expiresAt }: Pick<RenewedLink, 'objectKey' | 'name' | 'mediaType' | 'expiresAt'>,
  { clock, store }: Pick<Services, 'clock' | 'store'>,
): Promise<string | null> => (clock.now() < expiresAt ? store.downloadLink(objectKey, { name, mediaType }, expiresAt) : null);
