import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const ISSUER = 'https://drill.example';
export const AUDIENCE = 'ipto-drill';

/** Creates a token issuer: its public keys, and a function that signs a subject's token. */
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
