/**
 * Mercurius as its documentation advises for speed: loaders against N+1, the JIT, its caches left
 * on, Fastify without a logger; and its own plugin mercurius-auth for the field checks. SQL written
 * by hand, prepared and bound in one round trip (common/bound.mjs).
 */
import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import mercurius from 'mercurius';
import mercuriusAuth from 'mercurius-auth';
import { NOT_A_MEMBER, refusalOf } from './common/access.mjs';
import { ask } from './common/bound.mjs';
import { READS } from './common/reads.mjs';
import { DateTimeScalar, fields } from './common/schema.mjs';
import { PORT, tenantOf } from './common/settings.mjs';
import { RENAME, STANDING } from './common/statements.mjs';
import { claimsOf } from './common/tokens.mjs';

const { ErrorWithProps } = mercurius;
const errorOf = ({ message, extensions }, status = 200) => new ErrorWithProps(message, extensions, status);

/**
 * The caller with roles and tenant status, read from the database for each request, with the
 * tenant's row in one statement.
 */
async function context({ headers }) {
  const [claims, tenantId] = [await claimsOf(headers.authorization), tenantOf(headers)];
  if (!claims || !tenantId) return { standing: null };
  const [row] = await ask(tenantId, 'standing', STANDING, [tenantId, claims.iss, claims.sub]);
  if (!row) throw errorOf(NOT_A_MEMBER, 403);
  const { name, slug, status, billing_email: billingEmail, plan_code: planCode } = row;
  const tenant = { tenantId, name, slug, status, billingEmail, planCode };
  return { claims, tenantId, standing: row, tenant, refusals: new Map() };
}

/** One error per refused permission and request. */
function check(permission, { standing, refusals }) {
  if (refusals.has(permission)) return refusals.get(permission);
  const refusal = refusalOf(permission, standing);
  const answer = refusal ? errorOf(refusal) : true;
  refusals.set(permission, answer);
  return answer;
}

const first = (name, tenantId, values = []) => ask(tenantId, name, READS[name], values).then(([row]) => row);

const resolvers = {
  DateTime: DateTimeScalar,
  Query: {
    viewer: (_root, _args, { claims, standing }) => ({ name: claims.name, email: claims.email, membership: { roles: standing.roles } }),
    tenant: (_root, _args, { tenant }) => tenant,
    marketplace: (_root, { search, first: size }, { tenantId }) =>
      ask(tenantId, 'marketplace', READS.marketplace, [search, Math.min(size, 1_000)]),
  },
  Mutation: {
    renameTenant: async (_root, { name }, { claims, tenantId, tenant }) => {
      const [row] = await ask(tenantId, 'rename', RENAME, [tenantId, claims.iss, claims.sub, name, randomUUID()]);
      if (!row) throw errorOf(NOT_A_MEMBER);
      if (row.name === null) throw errorOf(refusalOf('tenant:rename', row));
      return { tenant: { ...tenant, name: row.name } };
    },
  },
  Tenant: {
    plan: ({ planCode }, _args, { tenantId }) => first('plan', tenantId, [planCode]),
    memberCount: async ({ tenantId }) => (await first('memberCount', tenantId, [tenantId])).count,
    datasetCount: async ({ tenantId }) => (await first('datasetCount', tenantId, [tenantId])).count,
    memberships: async ({ tenantId }, { first: size }) =>
      (await ask(tenantId, 'memberships', READS.memberships, [tenantId, Math.min(size, 1_000)])).map(({ name, email, ...membership }) => ({
        ...membership,
        user: { name, email },
      })),
    datasets: ({ tenantId }, { first: size }) => ask(tenantId, 'datasets', READS.datasets, [tenantId, Math.min(size, 1_000)]),
  },
};

const loaders = {
  Dataset: {
    earnings: {
      opts: { cache: false },
      loader: async (queries, { tenantId }) => {
        const ids = queries.map(({ obj }) => obj.id);
        const rows = await ask(tenantId, 'earnings', READS.earnings, [tenantId, ids, queries[0].params.first]);
        const byDataset = Map.groupBy(rows, ({ datasetId }) => datasetId);
        return ids.map(id => byDataset.get(id) ?? []);
      },
    },
  },
};

const auth = permission => `@auth(permission: "${permission}")`;
const app = fastify({ logger: false });
app.register(mercurius, {
  schema: `directive @auth(permission: String!) on FIELD_DEFINITION\n${fields({ auth })}`,
  resolvers,
  loaders,
  context,
  jit: 1,
});
app.register(mercuriusAuth, {
  authDirective: 'auth',
  applyPolicy: async (directive, _parent, _args, caller) => check(directive.arguments[0].value.value, caller),
});
await app.listen({ port: PORT, host: '127.0.0.1' });
