import { createHash, createHmac } from 'node:crypto';
import { uuidv7 as uuid } from 'uuidv7';
import { ask } from './bound.mjs';
import { INVALID, inactive, keyIn } from './by-key.mjs';
import { PUBLIC_URL, STORE_SECRET } from './settings.mjs';

const TEXT = `SELECT refused, status, answer FROM api.retrieve($1::uuid, $2::bytea, $3::uuid, $4::uuid, $5::bytea, $6::bytea, $7::uuid, $8::uuid, $9, $10, $11)`;

const sha256 = text => createHash('sha256').update(text).digest();
const globalId = text => Buffer.from(text).toString('base64url');

/** A signed link, as the gateway makes it for a folder. */
function linkTo({ objectKey, name, mediaType, expiresAt }) {
  const text = `/objects/${objectKey}?${new URLSearchParams({ until: String(Date.parse(expiresAt)), name, type: mediaType })}`;
  return `${PUBLIC_URL}${text}&signature=${createHmac('sha256', STORE_SECRET).update(`GET ${text}`).digest('base64url')}`;
}

/** The response to the workload `retrieve`, by one statement that writes all the books. */
export async function answerRetrieve(authorization, { entitlementId, objectId, key }) {
  const sent = keyIn(authorization);
  if (!sent) return INVALID;
  const { tenantId, id, hash } = sent;
  const [retrieval, event] = [uuid(), uuid()];
  const [row] = await ask(tenantId, 'retrieve', TEXT, [
    ...[id, hash, entitlementId, objectId, sha256(`${id} ${key}`), sha256(`${entitlementId} ${objectId}`), retrieval, event],
    ...[
      globalId(`Tenant:${tenantId}`),
      globalId(`UsageRecord:${tenantId}:${retrieval}`),
      globalId(`Entitlement:${tenantId}:${entitlementId}`),
    ],
  ]);
  const { refused, status, answer } = row;
  if (refused === 'UNAUTHENTICATED') return INVALID;
  if (refused === 'TENANT_STATUS') return inactive(status);
  if (refused) return [200, JSON.stringify({ data: { retrieveObject: null }, errors: [{ message: refused, path: ['retrieveObject'] }] })];
  const { objectKey, ...shown } = answer;
  return [200, JSON.stringify({ data: { retrieveObject: { retrieval: { ...shown, downloadLink: linkTo(answer) } } } })];
}
