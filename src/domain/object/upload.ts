import type { ObjectFacts, Services, UploadLink } from '../core/services.ts';
import { minutesAfter } from '../core/services.ts';
import { objectKey } from './key.ts';

/** A link to upload an object's bytes, and when it expires. */
export type Upload = UploadLink & { readonly expiresAt: Date };

/** Creates a link to upload an object's bytes; null once they are stored. Links are not stored. */
export async function uploadOf(
  { tenantId, id, storedAt, ...facts }: ObjectFacts & { tenantId: string; id: string; storedAt: Date | null },
  { clock, settings, store }: Services,
): Promise<Upload | null> {
  if (storedAt) return null;
  const expiresAt = minutesAfter(clock.now(), settings.uploadMinutes);
  return { ...(await store.uploadLink(objectKey(tenantId, id), facts, expiresAt)), expiresAt };
}
