import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const ISSUER = 'https://drill.example';
export const AUDIENCE = 'ipto-drill';

/** A token issuer of a drill's own: its public keys, and a token for a subject. */
export async function createIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'drill', use: 'sig' }] };
  const tokenOf = (subject: string) =>
    new SignJWT({ name: subject, email: `${subject}@people.example`, email_verified: true })
      .setProtectedHeader({ alg: 'ES256', kid: 'drill' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime('2h')
      .sign(privateKey);
  return { keys, tokenOf };
}
