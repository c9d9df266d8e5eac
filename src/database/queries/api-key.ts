import type { DocumentMode } from '../../access/document-mode.ts';
import type { PlanFeature, TenantStatus } from '../../access/vocabulary.ts';
import type { TextQuery } from '../driver/piggyback-query.ts';
import type { Query } from '../driver/query.ts';

/** An API key, with the tenant's status and features, on which its permissions depend. */
export type SigningKey = {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly slug: string;
  readonly status: TenantStatus;
  readonly features: readonly PlanFeature[];
  /** Of the tenant, by its plan or contract; null is no limit. */
  readonly costPointsPerMinute: number | null;
  /** Of the key alone, within those of the tenant; null is no cap. */
  readonly costCap: number | null;
  /** Whether the key may send documents that aren't registered. */
  readonly documentMode: DocumentMode;
  /** Counts the changes of the tenant's trusted documents. */
  readonly documentsRevision: number;
};

/**
 * The result of a look-up: the hashes of the key's secret and of its predecessor, which is valid
 * until `earlierUntil` (ms since 1970), and the key as JSON, which is empty unless the secret is
 * one of theirs. For a key that doesn't exist both hashes are zero.
 */
export type KeyFound = {
  readonly hash: Uint8Array;
  readonly earlierHash: Uint8Array;
  readonly earlierUntil: number | null;
  readonly key: string;
};

/** The ids that the text of a key contains. */
type Name = { readonly tenantId: string; readonly id: string };

/** What a caller sent: the ids, and the hash of the secret. */
type Sent = Name & { readonly hash: Uint8Array };

const HASH_DIGITS = 64;

/** A hash as hexadecimal digits; zeros, which no secret hashes to, where there is none. */
const digits = (column: string) => `coalesce(encode(${column}, 'hex'), repeat('0', ${HASH_DIGITS}))`;

const FIND = `
  SELECT ${digits('k.secret_hash')} || ${digits('k.earlier_hash')} || coalesce(floor(extract(epoch FROM k.earlier_expires_at) * 1000)::text, '') || ' ' ||
    CASE WHEN decode($3, 'hex') IN (k.secret_hash, k.earlier_hash) THEN json_build_object('name', k.name, 'scopes', k.scopes, 'createdAt', k.created_at, 'expiresAt', k.expires_at, 'revokedAt', k.revoked_at, 'lastUsedAt', k.last_used_at,
      'documentMode', k.document_mode, 'costCap', k.cost_points_per_minute, 'documentsRevision', t.documents_revision, 'slug', t.slug, 'status', t.status, 'features', p.features,
      'costPointsPerMinute', CASE WHEN c.tenant_id IS NULL THEN p.cost_points_per_minute ELSE c.cost_points_per_minute END)::text ELSE '' END AS found
  FROM (VALUES (1)) AS one
    LEFT JOIN tenant t ON t.tenant_id = $1::uuid
    LEFT JOIN plan p ON p.code = coalesce(t.plan_code, 'FREE')
    LEFT JOIN contract c ON c.tenant_id = $1::uuid AND p.code = 'ENTERPRISE'
    LEFT JOIN api_key k ON k.tenant_id = $1::uuid AND k.id = $2::uuid`;

/**
 * The query that looks a key up by the ids in its text; to be bound to that tenant (SPEC T4). The
 * steps are the same whether or not the key or the tenant exists, so that timing reveals neither:
 * only the right secret gets the key itself, which takes microseconds to build.
 */
export const keyStatement = ({ tenantId, id, hash }: Sent): TextQuery => ({
  text: FIND,
  values: [tenantId, id, Buffer.from(hash).toString('hex')],
});

/** Reads the result of {@link keyStatement}, but for the key. */
export function keyFound(result: string): KeyFound {
  const hash = Buffer.from(result.slice(0, HASH_DIGITS), 'hex');
  const earlierHash = Buffer.from(result.slice(HASH_DIGITS, 2 * HASH_DIGITS), 'hex');
  const end = result.indexOf(' ');
  const until = result.slice(2 * HASH_DIGITS, end);
  return { hash, earlierHash, earlierUntil: until ? Number(until) : null, key: result.slice(end + 1) };
}

const DATES = ['createdAt', 'expiresAt', 'revokedAt', 'lastUsedAt'];

/** Parses the key of a look-up whose secret has matched. */
export const signingKey = ({ key }: KeyFound): SigningKey =>
  JSON.parse(key, (name, value) => (DATES.includes(name) && value !== null ? new Date(value) : value));

/** Records that a key was used, at most once a minute (SPEC K1). */
export async function noteUse(query: Query, { id }: Pick<Name, 'id'>, now: Date): Promise<void> {
  await query(
    `UPDATE api_key SET last_used_at = $2::timestamptz
     WHERE tenant_id = app_tenant() AND id = $1::uuid AND (last_used_at IS NULL OR last_used_at <= $2::timestamptz - interval '1 minute')`,
    [id, now],
  );
}
