import { createLog } from '../../src/http/server/log.ts';
import { startGateway } from '../../src/main.ts';
import { SERVICES } from '../../test/support/services.ts';
import { AUDIENCE, ISSUER } from './tokens.ts';

/** Runs the gateway under its own database role until it is killed. */
const { DRILL_DATABASE_URL: databaseUrl, DRILL_KEYS: keys, DRILL_BUDGET: budget = 'null' } = process.env;
const { url } = await startGateway({
  log: createLog('silent'),
  host: '127.0.0.1',
  port: 0,
  corsOrigins: [],
  databaseUrl: databaseUrl!,
  services: SERVICES,
  budget: JSON.parse(budget),
  tokens: {
    issuer: ISSUER,
    audience: AUDIENCE,
    algorithms: ['ES256'],
    tenantClaim: 'tenant',
    staffClaim: 'ipto_staff',
    clockSkew: 5,
    keys: JSON.parse(keys!),
  },
});
process.send!(url);
process.on('disconnect', () => process.exit(0));
