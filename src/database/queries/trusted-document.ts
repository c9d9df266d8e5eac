import type { Query } from '../driver/query.ts';

/** A document that was registered: its text, and whether a version that isn't retired has it. */
export type RegisteredDocument = { readonly text: string; readonly isLive: boolean };

const FIND = `
  SELECT text, bool_or(retired_at IS NULL) AS "isLive" FROM trusted_document
  WHERE tenant_id = (SELECT app_tenant()) AND hash = $1 AND (api_key_id IS NULL OR api_key_id = $2::uuid)
  GROUP BY text`;

/**
 * Looks up a document of the bound tenant by its hash: of all callers, or of one API key. Another
 * tenant's is absent.
 */
export async function findDocument(query: Query, hash: string, apiKeyId: string | null): Promise<RegisteredDocument | null> {
  const [found] = await query<RegisteredDocument>(FIND, [hash, apiKeyId]);
  return found ?? null;
}
