import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** An invitation's tenant and row id. */
export type InvitationName = { readonly tenantId: string; readonly id: string };

const PREFIX = 'ipto_invite_';
const SECRET_BYTES = 32;

const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll('-', ''), 'hex');
const uuidOf = (bytes: Buffer) => bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** The stored hash of a secret. The secret has 256 random bits, so no salt is needed. */
export const hashOf = (secret: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(createHash('sha256').update(secret).digest());

/**
 * Creates an invitation's secret: the code that is mailed and the hash that is stored. The code
 * contains the tenant's id, so that it is looked up within that tenant.
 */
export function newInvitationCode({ tenantId, id }: InvitationName): { code: string; hash: Uint8Array<ArrayBuffer> } {
  const secret = randomBytes(SECRET_BYTES);
  const code = PREFIX + Buffer.concat([bytesOf(tenantId), bytesOf(id), secret]).toString('base64url');
  return { code, hash: hashOf(secret) };
}

/** Parses a code into the invitation that it names and its secret; null for a malformed code. */
export function readInvitationCode(code: string): (InvitationName & { readonly secret: Uint8Array }) | null {
  if (!code.startsWith(PREFIX)) return null;
  const bytes = Buffer.from(code.slice(PREFIX.length), 'base64url');
  if (bytes.length !== 32 + SECRET_BYTES || PREFIX + bytes.toString('base64url') !== code) return null;
  return { tenantId: uuidOf(bytes.subarray(0, 16)), id: uuidOf(bytes.subarray(16, 32)), secret: bytes.subarray(32) };
}

/** Compares a secret with a stored hash in constant time. */
export const isSecret = (secret: Uint8Array, hash: Uint8Array | null): boolean => hash !== null && timingSafeEqual(hashOf(secret), hash);
