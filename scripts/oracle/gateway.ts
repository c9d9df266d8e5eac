import type { JSONWebKeySet } from 'jose';
import { SETTINGS, type Services } from '../../src/domain/core/services.ts';
import { createLog } from '../../src/http/server/log.ts';
import { type Running, startGateway } from '../../src/main.ts';
import { folderStore } from '../../src/store/folder.ts';

export const ISSUER = 'https://issuer.test.example';
export const AUDIENCE = 'ipto-oracle';

/** What both gateways must share for their responses to be equal. */
export type Shared = {
  readonly databaseUrl: string;
  readonly poolSize: number;
  readonly keys: JSONWebKeySet;
  /** Where objects are stored, and what signs the links to them. */
  readonly directory: string;
  readonly secret: string;
  /** The time, ms since 1970. */
  readonly now: number;
};

/** A gateway, and how to set its clock. */
export type OracleGateway = Running & { setClock(now: number): void };

/** Starts a gateway with the fast path, or one that answers by GraphQL.js over Prisma alone. */
export async function startOracleGateway(
  { databaseUrl, poolSize, keys, directory, secret, now }: Shared,
  isFast: boolean,
): Promise<OracleGateway> {
  let time = now;
  const clock = { now: () => new Date(time) };
  const services: Services = {
    clock,
    settings: SETTINGS,
    store: folderStore({ directory, secret, url: () => 'http://store.example', clock }),
  };
  const running = await startGateway({
    log: createLog('silent'),
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    databaseUrl,
    poolSize,
    services,
    ...(!isFast && { compiled: false, reads: { naming: false, singly: false } }),
    tokens: {
      ...{ issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'], tenantClaim: 'tenant', staffClaim: 'ipto_staff' },
      ...{ clockSkew: 5, keys },
    },
  });
  return {
    ...running,
    setClock: moment => {
      time = moment;
    },
  };
}
