import type { PlanFeature, TenantStatus } from '../../access/vocabulary.ts';
import type { Query } from '../driver/query.ts';
import type { Binding } from '../tenancy/binding.ts';

/** An API key, with what of its tenant decides what it may do. */
export type SigningKey = {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  readonly slug: string;
  readonly status: TenantStatus;
  readonly features: readonly PlanFeature[];
};

/**
 * What stands under the name of a key: the hashes of its secret and of the one before it, which
 * ends at `earlierUntil` (ms since 1970), and the key as a text, to be read once a secret fits.
 * Where there is no key, the hashes are of nothing.
 */
export type KeyFound = {
  readonly hash: Uint8Array;
  readonly earlierHash: Uint8Array;
  readonly earlierUntil: number | null;
  readonly key: string;
};

/** The name that a key's text says. */
type Name = { readonly tenantId: string; readonly id: string };

/** Binds a query. */
type BindQuery = (binding: Binding) => { readonly query: Query };

/** What no hash is: 32 bytes, all of them 0. */
const NOTHING = `decode(repeat('00', 32), 'hex')`;

const FIND = `
  SELECT coalesce(k.secret_hash, ${NOTHING}) AS hash, coalesce(k.earlier_hash, ${NOTHING}) AS "earlierHash",
    (extract(epoch FROM k.earlier_expires_at) * 1000)::float8 AS "earlierUntil",
    json_build_object('name', k.name, 'scopes', k.scopes, 'expiresAt', k.expires_at, 'revokedAt', k.revoked_at, 'lastUsedAt', k.last_used_at,
      'slug', t.slug, 'status', t.status, 'features', p.features)::text AS key
  FROM (VALUES (1)) AS one
    LEFT JOIN tenant t ON t.tenant_id = $1::uuid
    LEFT JOIN plan p ON p.code = coalesce(t.plan_code, 'FREE')
    LEFT JOIN api_key k ON k.tenant_id = $1::uuid AND k.id = $2::uuid`;

/**
 * Looks a key up by the name that its text says, in one statement that is bound to the tenant that
 * the name says (SPEC T4). Whether there is such a key, or such a tenant, changes nothing of the
 * way that is taken.
 */
export async function findKey(bind: BindQuery, { tenantId, id }: Name): Promise<KeyFound> {
  const [row] = await bind({ tenantId, personId: null }).query<KeyFound>(FIND, [tenantId, id]);
  return row!;
}

const DATES = ['expiresAt', 'revokedAt', 'lastUsedAt'];

/** The key that was found, to be read once its secret is proven: then it is there. */
export const keyFound = ({ key }: KeyFound): SigningKey =>
  JSON.parse(key, (name, value) => (DATES.includes(name) && value !== null ? new Date(value) : value));

/** Notes that a key was used, unless that was noted less than a minute before (SPEC K1). */
export async function noteUse(query: Query, { id }: Pick<Name, 'id'>, now: Date): Promise<void> {
  await query(
    `UPDATE api_key SET last_used_at = $2::timestamptz
     WHERE tenant_id = app_tenant() AND id = $1::uuid AND (last_used_at IS NULL OR last_used_at <= $2::timestamptz - interval '1 minute')`,
    [id, now],
  );
}
