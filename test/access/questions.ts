const PLAN = 'code name features support memberLimit apiKeyLimit datasetLimit monthlyRetrievals costPointsPerMinute';
const PERMISSION = 'name meaning needsTenant principals roles statuses plans';
const SUMMARY = 'tenantId slug name status statusReason plan sells buys roles joinedAt';
const MEMBERSHIP = 'id roles joinedAt user { id name email }';

const TENANT = `
  id tenantId slug name status statusReason statusChangedAt sells buys createdAt billingEmail planSince memberCount
  plan { ${PLAN} }
  memberships(first: 5) {
    totalCount
    pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
    edges { cursor node { ${MEMBERSHIP} } }
  }`;

/** The permission that the questions ask `can` and `refusal` about. */
export const ASKED_ABOUT = 'tenant:rename';

/** Every field that can be read, each by the ways that lead to it. */
export const READ = `query Read($node: ID!, $ids: [ID!]!) {
  viewer {
    principal name email emailVerified permissions
    can(permission: "${ASKED_ABOUT}")
    refusal(permission: "${ASKED_ABOUT}") { code message because roles statuses plans tenantStatus }
    membership { ${SUMMARY} }
    memberships { ${SUMMARY} }
  }
  plans { ${PLAN} }
  roles { name description permissions { ${PERMISSION} } }
  permissions { ${PERMISSION} }
  tenant { ${TENANT} }
  node(id: $node) { id ... on Tenant { ${TENANT} } }
  nodes(ids: $ids) {
    id
    ... on Tenant { ${TENANT} }
    ... on Membership { ${MEMBERSHIP} }
    ... on User { id name email }
  }
}`;

/** Every field that changes something, and what its payload leads to. */
export const CHANGE = `mutation Change($rename: RenameTenantInput!, $create: CreateTenantInput!) {
  renameTenant(input: $rename) { tenant { ${TENANT} } }
  createTenant(input: $create) { membership { ${SUMMARY} } }
}`;
