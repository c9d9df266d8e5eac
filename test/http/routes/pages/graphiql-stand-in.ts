import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GraphQLError } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import type { PageOptions } from '../../../../src/http/routes/pages/options.ts';
import { createPages } from '../../../../src/http/routes/pages/pages.ts';

/** A request that the fake gateway received, except for what the page reads for its docs. */
export type Asked = { readonly authorization: string | undefined; readonly tenant: string | undefined };

/**
 * A small gateway to explore: it accepts any token, and refuses addresses to callers who aren't an
 * owner.
 */
export type FakeGateway = {
  readonly origin: string;
  readonly asked: Asked[];
  /** The persona of each token that was made, in order. */
  readonly tokensFor: string[];
  /** How long the tokens made from now on are good for, in seconds. */
  tokenLife: number;
  close(): Promise<void>;
};

const typeDefs = /* GraphQL */ `
  enum PermissionName { TENANT_READ MEMBER_READ_EMAIL }
  enum Principal { ANONYMOUS USER STAFF API_KEY }
  type Summary { tenantId: ID! slug: String! name: String! status: String! roles: [String!]! }
  type Viewer {
    principal: Principal! name: String email: String memberships: [Summary!] membership: Summary
    permissions: [PermissionName!] can(permission: PermissionName!): Boolean
  }
  enum Role { OWNER ADMIN VIEWER }
  input MembershipFilter { role: Role search: String }
  type Plan { code: String! name: String! }
  type User { name: String email: String }
  type Membership { id: ID! roles: [String!] user: User }
  type Edge { node: Membership! }
  type Memberships { totalCount: Int edges: [Edge!] }
  type Tenant {
    id: ID! slug: String! name: String status: String statusReason: String plan: Plan memberCount: Int billingEmail: String
    memberships(first: Int, filter: MembershipFilter): Memberships
  }
  type Query { viewer: Viewer! tenant: Tenant }
`;

type Context = { request: Request };
const personaOf = ({ request }: Context) => tokenOwner(request.headers.get('authorization'));
const tenantOf = ({ request }: Context) => request.headers.get('x-tenant-id');
const member = (slug: string) => ({ tenantId: `t-${slug}`, slug, name: slug, status: 'ACTIVE', roles: ['VIEWER'] });

function forOwners<T>(value: T, context: Context): T {
  if (personaOf(context)?.startsWith('owner@')) return value;
  throw new GraphQLError('You may not read this.', { extensions: { code: 'FORBIDDEN', because: 'ROLE', requires: { roles: ['OWNER'] } } });
}

const yoga = createYoga({
  graphiql: false,
  landingPage: false,
  logging: false,
  schema: createSchema<Context>({
    typeDefs,
    resolvers: {
      Query: {
        viewer: (_, __, context) => ({
          principal: personaOf(context) ? 'USER' : 'ANONYMOUS',
          email: personaOf(context),
          memberships: [],
          membership: tenantOf(context) ? member(tenantOf(context)!) : null,
          permissions: ['TENANT_READ'],
          can: false,
        }),
        tenant: (_, __, context) => {
          const slug = tenantOf(context);
          return slug && { id: `t-${slug}`, slug, name: slug, billingEmail: (_: unknown, c: Context) => forOwners('bills@example', c) };
        },
      },
      Tenant: { memberships: () => ({ totalCount: 1, edges: [{ node: { id: 'm-1', roles: ['OWNER'], user: { name: 'Ada' } } }] }) },
      User: { email: (_, __, context) => forOwners('ada@northwind.example', context) },
    },
  }),
});

/** The persona that a token of the stand-in is for. */
export function tokenOwner(authorization: string | null | undefined): string | null {
  const payload = authorization?.split('.')[1];
  return payload ? JSON.parse(Buffer.from(payload, 'base64url').toString()).sub : null;
}

/** Starts the stand-in on a free port, with an explorer in front of it. */
export async function startFakeGateway(demo: PageOptions['demo'], showsSchema = true): Promise<FakeGateway> {
  const explorer = createPages({ endpoint: '/graphql', demo, showsSchema });
  const server = createServer(async (request, response) => {
    if (await explorer(request, response)) return;
    const body = await text(request);
    if (request.url === '/demo/token' && request.headers['content-type'] === 'application/json') {
      const { persona } = JSON.parse(body);
      fakeGateway.tokensFor.push(persona);
      return response.end(JSON.stringify({ token: tokenFor(persona, fakeGateway.tokenLife) }));
    }
    if (!/IntrospectionQuery|ExplorerPermissions/.test(body)) fakeGateway.asked.push(askedWith(request.headers));
    const answer = await yoga.fetch(`http://stand-in${request.url}`, {
      method: request.method ?? 'GET',
      headers: request.headers as Record<string, string>,
      ...(body && { body }),
    });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(await answer.text());
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>(resolve => server.close(() => resolve()));
  };
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fakeGateway: FakeGateway = { origin, asked: [], tokensFor: [], tokenLife: 3600, close };
  return fakeGateway;
}

function askedWith(headers: IncomingHttpHeaders): Asked {
  return { authorization: headers.authorization, tenant: headers['x-tenant-id'] as string | undefined };
}

function tokenFor(persona: string, life: number): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return [part({ alg: 'none' }), part({ sub: persona, exp: Math.floor(Date.now() / 1000) + life }), 'stand-in'].join('.');
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
