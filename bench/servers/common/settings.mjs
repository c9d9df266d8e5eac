/** The settings of every server. */
export const { DATABASE_URL, OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS_URI, PUBLIC_URL, STORE_SECRET } = process.env;
export const PORT = Number(process.env.PORT);
export const POOL_SIZE = Number(process.env.DATABASE_POOL_SIZE);
export const TOKEN_CACHE = process.env.TOKEN_CACHE === '1';

/** Exits at the first signal, so that no server outlives the bench. */
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
process.on('disconnect', () => process.exit(0));

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The tenant id that a request names. */
export const tenantOf = headers => (UUID.test(headers['x-tenant-id']) ? headers['x-tenant-id'] : null);
