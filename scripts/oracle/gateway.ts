import type { JSONWebKeySet } from 'jose';
import { fastPathOf } from '../../src/config.ts';
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

/** A gateway, how to set its clock, and the errors of its fast path that aren't by design. */
export type OracleGateway = Running & { setClock(now: number): void; readonly unexpected: readonly unknown[] };

/** Starts a gateway with `FAST_PATH=on`, or with `off`: GraphQL.js over Prisma alone. */
export async function startOracleGateway(
  { databaseUrl, poolSize, keys, directory, secret, now }: Shared,
  isFast: boolean,
): Promise<OracleGateway> {
  let time = now;
  const unexpected: unknown[] = [];
  const clock = { now: () => new Date(time) };
  const services: Services = {
    clock,
    settings: SETTINGS,
    store: folderStore({ directory, secret, url: () => 'http://store.example', clock }),
    webhooks: { keys: null, allowLoopback: false },
  };
  const running = await startGateway({
    log: createLog('silent'),
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    databaseUrl,
    poolSize,
    services,
    budget: null,
    ...fastPathOf({ FAST_PATH: isFast, DATABASE_NAMED_STATEMENTS: true }),
    onUnexpected: error => void unexpected.push(error),
    tokens: {
      ...{ issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'], tenantClaim: 'tenant', staffClaim: 'ipto_staff' },
      ...{ clockSkew: 5, keys },
    },
  });
  return {
    ...running,
    unexpected,
    setClock: moment => {
      time = moment;
    },
  };
}
