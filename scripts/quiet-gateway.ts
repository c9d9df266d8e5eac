import { createLog } from '../src/http/server/log.ts';
import { startGateway } from '../src/main.ts';
import { SERVICES } from '../test/support/services.ts';
import { AUDIENCE, type createIssuer, ISSUER } from './drills/tokens.ts';

/** Starts a gateway in this process that logs nothing and has no budget, for a measurement. */
export const startQuietGateway = (databaseUrl: string, { keys }: Pick<Awaited<ReturnType<typeof createIssuer>>, 'keys'>) =>
  startGateway({
    log: createLog('silent'),
    host: '127.0.0.1',
    port: 0,
    corsOrigins: [],
    databaseUrl,
    services: SERVICES,
    budget: null,
    tokens: {
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: ['ES256'],
      tenantClaim: 'tenant',
      staffClaim: 'staff',
      clockSkew: 5,
      keys,
    },
  });
