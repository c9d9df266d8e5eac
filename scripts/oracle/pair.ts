import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type Client, createClient } from './client.ts';
import { AUDIENCE, ISSUER, type OracleGateway, startOracleGateway } from './gateway.ts';
import type { Sign } from './principals.ts';
import { startReference } from './reference.ts';

/** A gateway with the fast path and one without, on one database, with one issuer and one time. */
export type Pair = {
  readonly fast: Client;
  readonly reference: Client;
  readonly sign: Sign;
  counts(): ReturnType<OracleGateway['counts']>;
  readonly unexpected: OracleGateway['unexpected'];
  /** Moves both clocks on, ms. */
  advance(time: number): Promise<void>;
  stop(): Promise<void>;
};

/** Starts a pair for `parallel` requests at once. */
export async function startPair(databaseUrl: string, parallel: number): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'oracle', use: 'sig' }] };
  const directory = await mkdtemp(path.join(tmpdir(), 'ipto-oracle-'));
  let now = Date.now();
  const shared = { databaseUrl, poolSize: parallel, keys, directory, secret: 'o'.repeat(32), now };
  const reference = await startReference(shared);
  const gateway = await startOracleGateway(shared, true);
  const clients = [createClient(gateway.url, parallel), createClient(reference.url, parallel)] as const;
  return {
    fast: clients[0],
    reference: clients[1],
    sign: claims =>
      new SignJWT({ email_verified: true, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'oracle' })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime('24h')
        .sign(privateKey),
    counts: gateway.counts,
    unexpected: gateway.unexpected,
    advance: async time => {
      now += time;
      gateway.setClock(now);
      await reference.setClock(now);
    },
    stop: async () => {
      for (const client of clients) client.close();
      await Promise.all([gateway.stop(), reference.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}
