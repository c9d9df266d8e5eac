/**
 * Apollo Server 5 on Fastify (the integration that its documentation lists), graphql-shield and
 * Prisma: shield's rules cached for a request; one Prisma query for a GraphQL operation, by
 * look-ahead, where its documentation warns of N+1; row-level security by Prisma's own `$extends`
 * example.
 */
import { randomUUID } from 'node:crypto';
import { ApolloServer } from '@apollo/server';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import { addResolversToSchema } from '@graphql-tools/schema';
import { PrismaPg } from '@prisma/adapter-pg';
import fastify from 'fastify';
import { buildASTSchema, GraphQLError, parse } from 'graphql';
import { PrismaClient } from '../generated/client.ts';
import { NOT_A_MEMBER, refusalOf } from './common/access.mjs';
import { selectOf } from './common/prisma-select.mjs';
import { DateTimeScalar, fields } from './common/schema.mjs';
import { DATABASE_URL, POOL_SIZE, PORT, tenantOf } from './common/settings.mjs';
import { applyMiddleware, rule, shield } from './common/shield.mjs';
import { search } from './common/statements.mjs';
import { claimsOf } from './common/tokens.mjs';

const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: DATABASE_URL, max: POOL_SIZE, idleTimeoutMillis: 0 }) });

const bound = new Map();

/**
 * A Prisma client per tenant, which runs every query in a transaction that sets the tenant
 * (prisma-client-extensions, row-level-security).
 */
function boundTo(tenantId) {
  if (bound.has(tenantId)) return bound.get(tenantId);
  const client = prisma.$extends({
    query: {
      $allModels: {
        async $allOperations({ args, query }) {
          const [, result] = await prisma.$transaction([
            prisma.$executeRaw`SELECT set_config('app.tenant_id', ${tenantId}, true)`,
            query(args),
          ]);
          return result;
        },
      },
    },
  });
  bound.set(tenantId, client);
  return client;
}

const errorOf = ({ message, extensions }) => new GraphQLError(message, { extensions });

/** The caller with roles and tenant status, read from the database for each request. */
async function context({ headers }) {
  const [claims, tenantId] = [await claimsOf(headers.authorization), tenantOf(headers)];
  if (!claims || !tenantId) throw errorOf({ message: 'Sign in.', extensions: { code: 'UNAUTHENTICATED' } });
  const db = boundTo(tenantId);
  const membership = await db.membership.findFirst({
    where: { tenantId, user: { issuer: claims.iss, subject: claims.sub }, tenant: { status: { not: 'deleted' } } },
    select: { userId: true, roles: true, tenant: { select: { status: true } } },
  });
  if (!membership) throw errorOf({ ...NOT_A_MEMBER, extensions: { ...NOT_A_MEMBER.extensions, http: { status: 403 } } });
  return { claims, tenantId, db, personId: membership.userId, standing: { roles: membership.roles, status: membership.tenant.status } };
}

/**
 * Runs an interactive transaction, which checks the permission again under the tenant's lock.
 */
const rename = ({ tenantId, personId, claims }, name) =>
  prisma.$transaction(async tx => {
    await tx.$executeRaw`SELECT set_config('app.tenant_id', ${tenantId}, true)`;
    const [tenant] = await tx.$queryRaw`SELECT name, status FROM tenant WHERE tenant_id = ${tenantId}::uuid FOR NO KEY UPDATE`;
    const me = await tx.membership.findUnique({ where: { tenantId_userId: { tenantId, userId: personId } }, select: { roles: true } });
    if (!me) throw errorOf(NOT_A_MEMBER);
    const refusal = refusalOf('tenant:rename', { roles: me.roles, status: tenant.status });
    if (refusal) throw errorOf(refusal);
    const renamed = await tx.tenant.update({ where: { id: tenantId }, data: { name }, select: { id: true, name: true } });
    await tx.auditEvent.createMany({
      data: {
        ...{ tenantId, actorKind: 'user', actorId: personId, actorName: claims.name, action: 'tenant.rename', outcome: 'done', rule: 'S1' },
        ...{ targetType: 'Tenant', targetId: tenantId, stateBefore: { name: tenant.name }, stateAfter: { name }, requestId: randomUUID() },
      },
    });
    return renamed;
  });

const resolvers = {
  DateTime: DateTimeScalar,
  Query: {
    viewer: (_root, _args, { claims, standing }) => ({ name: claims.name, email: claims.email, membership: { roles: standing.roles } }),
    tenant: (_root, _args, { db, tenantId }, info) => db.tenant.findUnique({ where: { id: tenantId }, select: selectOf(info) }),
    marketplace: async (_root, { search: words, first }, { tenantId }) => {
      const [, found] = await prisma.$transaction([
        prisma.$executeRaw`SELECT set_config('app.tenant_id', ${tenantId}, true)`,
        prisma.$queryRawUnsafe(search('$1::text', '$2::int'), words, Math.min(first, 1_000)),
      ]);
      return found;
    },
  },
  Mutation: {
    renameTenant: async (_root, { name }, caller) => ({ tenant: await rename(caller, name) }),
  },
  Tenant: {
    tenantId: ({ id }) => id,
    memberCount: ({ _count }) => _count.memberships,
    datasetCount: ({ _count }) => _count.datasets,
  },
  Membership: { joinedAt: ({ createdAt }) => createdAt },
};

const rules = new Map();
const may = permission => {
  if (!rules.has(permission)) {
    const check = (_parent, _args, { standing }) => {
      const refusal = refusalOf(permission, standing);
      return refusal ? errorOf(refusal) : true;
    };
    rules.set(permission, rule(permission, { cache: 'contextual' })(check));
  }
  return rules.get(permission);
};

const permissions = shield(
  {
    Query: { tenant: may('tenant:read'), marketplace: may('marketplace:read') },
    Mutation: { renameTenant: may('tenant:rename') },
    Tenant: {
      '*': may('tenant:read'),
      billingEmail: may('billing-contact:read'),
      memberCount: may('member:count'),
      datasetCount: may('dataset:count'),
      plan: may('plan:read'),
      memberships: may('member:list'),
      datasets: may('dataset:read'),
    },
    Membership: may('member:list'),
    User: { name: may('member:list'), email: may('member:read-email') },
    Dataset: { '*': may('dataset:read'), earnings: may('earning:read') },
    Earning: may('earning:read'),
    MarketplaceListing: may('marketplace:read'),
  },
  { allowExternalErrors: true },
);

const app = fastify({ logger: false });
const server = new ApolloServer({
  schema: applyMiddleware(addResolversToSchema({ schema: buildASTSchema(parse(fields())), resolvers }), permissions),
  includeStacktraceInErrorResponses: false,
  introspection: false,
  stopOnTerminationSignals: false,
  plugins: [fastifyApolloDrainPlugin(app)],
});
await server.start();
await app.register(fastifyApollo(server), { context });
await app.listen({ port: PORT, host: '127.0.0.1' });
