import { randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;

/** A new secret that signs requests (Standard Webhooks). */
export const newSecret = (): Buffer => randomBytes(SECRET_BYTES);

/** A secret as it is shown once to the tenant. */
export const secretText = (secret: Buffer): string => `whsec_${secret.toString('base64')}`;
