import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

/** The issuer and the audience of the tokens that every server accepts. */
export const ISSUER = 'https://id.bench.example';
export const AUDIENCE = 'ipto-bench';

/** An issuer of ES256 tokens that publishes its key on the loopback interface. */
export async function startIssuer() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const header = { alg: 'ES256', kid: 'bench', typ: 'JWT' };
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: header.alg, kid: header.kid, use: 'sig' }] });
  const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(keys));
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const now = Math.floor(Date.now() / 1000);
  return {
    jwksUri: `http://127.0.0.1:${server.address().port}/jwks.json`,
    sign: ({ subject, name, email }) =>
      new SignJWT({ name, email, email_verified: true })
        .setProtectedHeader(header)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(subject)
        .setIssuedAt(now)
        .setExpirationTime(now + 86_400)
        .sign(privateKey),
    stop: () => new Promise(resolve => server.close(resolve)),
  };
}
