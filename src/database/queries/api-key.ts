import type { DocumentMode } from '../../access/document-mode.ts';
import type { PlanFeature, TenantStatus } from '../../access/vocabulary.ts';
import type { Query } from '../driver/query.ts';
import type { Binding } from '../tenancy/binding.ts';

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
  /** Whether the key may send documents that aren't registered. */
  readonly documentMode: DocumentMode;
  /** Counts the changes of the tenant's trusted documents. */
  readonly documentsRevision: number;
};

/**
 * The result of a look-up: the hashes of the key's secret and of its predecessor, which is valid
 * until `earlierUntil` (ms since 1970), and the key as JSON, to be parsed once a secret matches.
 * For a key that doesn't exist both hashes are zero.
 */
export type KeyFound = {
  readonly hash: Uint8Array;
  readonly earlierHash: Uint8Array;
  readonly earlierUntil: number | null;
  readonly key: string;
};

/** The ids that the text of a key contains. */
type Name = { readonly tenantId: string; readonly id: string };

/** Binds a query. */
type BindQuery = (binding: Binding) => { readonly query: Query };

/** 32 zero bytes, which no secret hashes to. */
const NOTHING = `decode(repeat('00', 32), 'hex')`;

const FIND = `
  SELECT coalesce(k.secret_hash, ${NOTHING}) AS hash, coalesce(k.earlier_hash, ${NOTHING}) AS "earlierHash",
    (extract(epoch FROM k.earlier_expires_at) * 1000)::float8 AS "earlierUntil",
    json_build_object('name', k.name, 'scopes', k.scopes, 'createdAt', k.created_at, 'expiresAt', k.expires_at, 'revokedAt', k.revoked_at, 'lastUsedAt', k.last_used_at,
      'documentMode', k.document_mode, 'documentsRevision', t.documents_revision, 'slug', t.slug, 'status', t.status, 'features', p.features,
      'costPointsPerMinute', CASE WHEN c.tenant_id IS NULL THEN p.cost_points_per_minute ELSE c.cost_points_per_minute END)::text AS key
  FROM (VALUES (1)) AS one
    LEFT JOIN tenant t ON t.tenant_id = $1::uuid
    LEFT JOIN plan p ON p.code = coalesce(t.plan_code, 'FREE')
    LEFT JOIN contract c ON c.tenant_id = $1::uuid AND p.code = 'ENTERPRISE'
    LEFT JOIN api_key k ON k.tenant_id = $1::uuid AND k.id = $2::uuid`;

/**
 * Looks up a key by the ids in its text, in one statement bound to that tenant (SPEC T4). The steps
 * are the same whether or not the key or the tenant exists, so that timing reveals neither.
 */
export async function findKey(bind: BindQuery, { tenantId, id }: Name): Promise<KeyFound> {
  const [row] = await bind({ tenantId, personId: null }).query<KeyFound>(FIND, [tenantId, id]);
  return row!;
}

const DATES = ['createdAt', 'expiresAt', 'revokedAt', 'lastUsedAt'];

/** Parses the key of a look-up whose secret has matched. */
export const keyFound = ({ key }: KeyFound): SigningKey =>
  JSON.parse(key, (name, value) => (DATES.includes(name) && value !== null ? new Date(value) : value));

/** Records that a key was used, at most once a minute (SPEC K1). */
export async function noteUse(query: Query, { id }: Pick<Name, 'id'>, now: Date): Promise<void> {
  await query(
    `UPDATE api_key SET last_used_at = $2::timestamptz
     WHERE tenant_id = app_tenant() AND id = $1::uuid AND (last_used_at IS NULL OR last_used_at <= $2::timestamptz - interval '1 minute')`,
    [id, now],
  );
}
