import { createHash } from 'node:crypto';

/** Tenants that have an API key. */
const TENANTS = 200;

const bytesOf = uuid => Buffer.from(uuid.replaceAll('-', ''), 'hex');
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** What each key may do, in the order of the gateway's table. */
const SCOPES = ['tenant:read', 'object:retrieve', 'usage:count', 'usage:read', 'charge:read'];

/** What the database stores of a key: the hash of all its bytes, as the gateway computes it. */
export const hashOfKey = bytes => sha256('ipto api key\0', bytes);

/**
 * Gives each of the first tenants an API key.
 *
 * @returns the text of each key, by the tenant's number.
 */
export async function makeKeys({ admin }, tenantIds) {
  const keys = tenantIds.slice(0, TENANTS).map((tenantId, number) => {
    const row = sha256(`bench key ${number}`).subarray(0, 16).toString('hex');
    const id = row.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5');
    const bytes = Buffer.concat([bytesOf(id), bytesOf(tenantId), sha256(`bench secret ${number}`)]);
    return { tenantId, id, hash: hashOfKey(bytes), text: `ipto_${bytes.toString('base64url')}` };
  });
  await admin.query(
    `INSERT INTO api_key (tenant_id, id, name, scopes, secret_hash, holder_id, holder_name)
     SELECT k.tenant_id, k.id, 'Nightly', $4, k.hash, m.id, 'Holder'
     FROM unnest($1::uuid[], $2::uuid[], $3::bytea[]) AS k (tenant_id, id, hash)
       JOIN LATERAL (SELECT id FROM membership WHERE tenant_id = k.tenant_id AND 'owner' = ANY (roles)) m ON true`,
    [keys.map(({ tenantId }) => tenantId), keys.map(({ id }) => id), keys.map(({ hash }) => hash), SCOPES],
  );
  return keys.map(({ text }) => text);
}
