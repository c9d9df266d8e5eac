/**
 * PostGraphile 5, as its documentation advises for production: checks in the database
 * (sql/peers.sql), the caller in `pgSettings`, a pool, prepared statements, responses as text;
 * GRAPHILE_ENV=production comes from the bench. A plan around a field that can be refused adds the
 * reason, so that a request stays one statement.
 */
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { lambda, SafeError } from 'postgraphile/grafast';
import { defaultMaskError } from 'postgraphile/grafserv';
import { grafserv } from 'postgraphile/grafserv/node';
import { GraphQLError } from 'postgraphile/graphql';
import { sql } from 'postgraphile/pg-sql2';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { wrapPlans } from 'postgraphile/utils';
import { NOT_A_MEMBER, RULES, refusalOf } from './common/access.mjs';
import { DATABASE_URL, POOL_SIZE, PORT, tenantOf } from './common/settings.mjs';
import { claimsOf } from './common/tokens.mjs';

/** Wraps the plan of a single value: without the permission it is refused, with the reason. */
const guarded = (permission, $standingOf) => plan => {
  const $standing = $standingOf();
  return lambda([plan(), $standing.get('roles'), $standing.get('status')], ([value, roles, status]) => {
    const refusal = refusalOf(permission, { roles, status });
    if (refusal) throw new SafeError(refusal.message, refusal.extensions);
    return value;
  });
};

const array = items =>
  sql`ARRAY[${sql.join(
    items.map(item => sql.literal(item)),
    ',',
  )}]`;

/** Wraps the plan of a list: without the permission SQL returns no rows. */
const filtered = permission => plan => {
  const $rows = plan();
  const { roles, statuses } = RULES[permission];
  $rows.where(sql`(SELECT api.may(${array(roles)}, ${array(statuses)}))`);
  return $rows;
};

const PermissionsPlugin = wrapPlans(({ pgResources }) => {
  const $standing = () => pgResources.current_standing.execute();
  return {
    Tenant: {
      billingEmail: guarded('billing-contact:read', $standing),
      membershipsByTenantIdList: filtered('member:list'),
      datasetsByTenantIdList: filtered('dataset:read'),
    },
    Person: { email: guarded('member:read-email', $standing) },
    Dataset: { earningsList: filtered('earning:read') },
  };
});

/**
 * Turns a refusal that the database raised into its error; everything else is masked as usual.
 */
function maskError(error) {
  const { code, message, detail } = error.originalError ?? {};
  if (code !== '42501' || !Object.hasOwn(RULES, message)) return defaultMaskError(error);
  const standing = JSON.parse(detail);
  const refusal = standing.roles ? refusalOf(message, standing) : NOT_A_MEMBER;
  return new GraphQLError(refusal.message, { nodes: error.nodes, path: error.path, extensions: refusal.extensions });
}

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [PermissionsPlugin],
  pgServices: [
    makePgService({
      connectionString: DATABASE_URL,
      schemas: ['public', 'api'],
      poolConfig: { max: POOL_SIZE, idleTimeoutMillis: 0 },
    }),
  ],
  gather: { pgStrictFunctions: true },
  schema: {
    defaultBehavior:
      '+list +connection -insert -update -delete -node -queryField -mutationField -query:resource:connection -query:resource:list',
  },
  grafserv: { graphiql: false, outputDataAsString: true, websockets: false, maskError },
  grafast: {
    async context({ node }) {
      const { headers } = node.req;
      const claims = await claimsOf(headers.authorization);
      return {
        pgSettings: { 'app.tenant_id': tenantOf(headers) ?? '', 'app.issuer': claims?.iss ?? '', 'app.subject': claims?.sub ?? '' },
      };
    },
  },
};
const pgl = postgraphile(preset);
const server = createServer();
await pgl.createServ(grafserv).addTo(server);
server.listen(PORT, '127.0.0.1');
