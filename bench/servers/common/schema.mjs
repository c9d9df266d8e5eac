import { GraphQLScalarType } from 'graphql';

/** A time in ISO 8601. */
export const DateTimeScalar = new GraphQLScalarType({
  name: 'DateTime',
  serialize: value => (value instanceof Date ? value.toISOString() : value),
});

/** The peers' schema, written by hand: the fields of the workloads. */
export const fields = ({ auth = () => '' } = {}) => /* GraphQL */ `
  scalar DateTime
  type Query {
    viewer: Viewer
    tenant: Tenant ${auth('tenant:read')}
    marketplace(search: String!, first: Int = 20): [MarketplaceListing!] ${auth('marketplace:read')}
  }
  type Mutation {
    renameTenant(name: String!): RenameTenantPayload ${auth('tenant:rename')}
  }
  type RenameTenantPayload {
    tenant: Tenant ${auth('tenant:read')}
  }
  type Viewer {
    name: String
    email: String
    membership: ViewerMembership
  }
  type ViewerMembership {
    roles: [String!]!
  }
  type Tenant {
    tenantId: ID ${auth('tenant:read')}
    slug: String ${auth('tenant:read')}
    name: String ${auth('tenant:read')}
    status: String ${auth('tenant:read')}
    billingEmail: String ${auth('billing-contact:read')}
    memberCount: Int ${auth('member:count')}
    datasetCount: Int ${auth('dataset:count')}
    plan: Plan ${auth('plan:read')}
    memberships(first: Int = 20): [Membership!] ${auth('member:list')}
    datasets(first: Int = 20): [Dataset!] ${auth('dataset:read')}
  }
  type Plan {
    code: String!
    name: String!
    memberLimit: Int
    datasetLimit: Int
  }
  type Membership {
    id: ID ${auth('member:list')}
    roles: [String!] ${auth('member:list')}
    joinedAt: DateTime ${auth('member:list')}
    user: User ${auth('member:list')}
  }
  type User {
    name: String ${auth('member:list')}
    email: String ${auth('member:read-email')}
  }
  type Dataset {
    id: ID ${auth('dataset:read')}
    name: String ${auth('dataset:read')}
    createdAt: DateTime ${auth('dataset:read')}
    earnings(first: Int = 20): [Earning!] ${auth('earning:read')}
  }
  type MarketplaceListing {
    id: ID ${auth('marketplace:read')}
    title: String ${auth('marketplace:read')}
    summary: String ${auth('marketplace:read')}
    tags: [String!] ${auth('marketplace:read')}
    price: String ${auth('marketplace:read')}
    currency: String ${auth('marketplace:read')}
    provider: String ${auth('marketplace:read')}
  }
  type Earning {
    amount: String ${auth('earning:read')}
    currency: String ${auth('earning:read')}
    at: DateTime ${auth('earning:read')}
  }
`;
