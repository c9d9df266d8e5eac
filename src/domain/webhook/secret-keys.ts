import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { GatewayError } from '../core/errors.ts';

const ALGORITHM = 'aes-256-gcm';
const [KEY_ID, NONCE, TAG] = [4, 12, 16];

/** The length of a key, bytes. */
export const KEY_BYTES = 32;

/** The place of a secret: it opens nowhere else. */
type Place = { readonly tenantId: string; readonly id: string };

/**
 * Encrypts the secrets of webhooks, which must be read again to sign with them. The first key
 * encrypts and all of them decrypt, so that a key can be replaced while both are known.
 */
export class SecretKeys {
  readonly #keys: readonly { readonly key: Uint8Array; readonly id: Buffer }[];

  constructor(keys: readonly [Uint8Array, ...Uint8Array[]]) {
    this.#keys = keys.map(key => ({ key, id: createHash('sha256').update('ipto webhook key\0').update(key).digest().subarray(0, KEY_ID) }));
  }

  /** Returns the key's id, a nonce, the encrypted secret and its tag. */
  seal(secret: Uint8Array, place: Place): Uint8Array<ArrayBuffer> {
    const { key, id } = this.#keys[0]!;
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(boundTo(place));
    return Uint8Array.from(Buffer.concat([id, nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()]));
  }

  /** @throws {Error} for a secret of an unknown key or of another place. */
  open(sealed: Uint8Array, place: Place): Buffer {
    const known = this.#keys.find(({ id }) => id.equals(sealed.subarray(0, KEY_ID)));
    if (!known) throw new Error('A webhook secret is encrypted with a key that WEBHOOK_KEYS lacks.');
    const [start, end] = [KEY_ID + NONCE, sealed.length - TAG];
    const decipher = createDecipheriv(ALGORITHM, known.key, sealed.subarray(KEY_ID, start)).setAAD(boundTo(place));
    decipher.setAuthTag(sealed.subarray(end));
    return Buffer.concat([decipher.update(sealed.subarray(start, end)), decipher.final()]);
  }

  /** Whether a secret is encrypted with the first key. */
  isCurrent(sealed: Uint8Array): boolean {
    return this.#keys[0]!.id.equals(sealed.subarray(0, KEY_ID));
  }
}

const boundTo = ({ tenantId, id }: Place): Buffer => Buffer.from(`${tenantId} ${id}`);

/** How webhooks are set up by the operator. */
export type WebhookSettings = {
  /** The keys of `WEBHOOK_KEYS`; null without. */
  readonly keys: SecretKeys | null;
  /** Whether webhooks may be on this machine and use http there: for tests and the demo. */
  readonly allowLoopback: boolean;
};

/** @throws {GatewayError} NOT_CONFIGURED without keys. */
export function secretKeysOf({ keys }: WebhookSettings): SecretKeys {
  if (keys) return keys;
  throw new GatewayError('NOT_CONFIGURED', 'The gateway has no key to store the secrets of webhooks. Its operator must set WEBHOOK_KEYS.');
}
