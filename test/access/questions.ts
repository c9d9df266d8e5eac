import { enumName, PERMISSION_NAMES, type PermissionName } from './expectation.ts';

const LIMITS = 'memberLimit apiKeyLimit datasetLimit webhookLimit monthlyRetrievals costPointsPerMinute';
const PLAN = `id code name features support ${LIMITS}`;
const PERMISSION = 'name meaning needsTenant principals roles statuses plans';
const USE = 'limit used over';
const PAGE = 'totalCount pageInfo { startCursor endCursor hasNextPage hasPreviousPage }';
const EVENT = 'id sequence at action outcome code rule actorKind actorId actorName targetType targetId before after requestId';
export const SUMMARY = 'id tenantId slug name status statusReason plan sells buys roles joinedAt';
export const MEMBERSHIP = 'id roles joinedAt user { id name email }';
export const API_KEY =
  'id name prefix scopes holderName holderLeft createdAt rotatedAt expiresAt revokedAt lastUsedAt earlierSecretUntil documentMode costPointsPerMinute';
export const DOCUMENT =
  'id documentId app version apiKey { id } text createdAt retiredAt cost audience { permissions roles statuses plans apiKeys }';
const INVITATION = 'id email roles invitedBy createdAt expiresAt sentAt inviterLeft delivery { state tries replyCode reply nextTryAt }';
const OFFER = 'id title summary tags price { amount currency } provider publishedAt own entitled';

const OBJECT = 'id name size mediaType sha256 createdAt storedAt dataset { id } upload { url headers { name value } expiresAt }';
const LISTING = 'id listingStatus: status title summary tags price { amount currency } createdAt updatedAt publishedAt dataset { id }';
const MONEY = 'amount currency';
const EARNING = `id amount { ${MONEY} } datasetId title at`;
const DATASET = `id name description createdAt updatedAt objectCount listing { ${LISTING} }
  objects(first: 1) { ${PAGE} edges { cursor node { ${OBJECT} } } }
  earnings(first: 1) { ${PAGE} edges { cursor node { ${EARNING} } } }`;

const ENTITLED = `totalCount pageInfo { startCursor endCursor hasNextPage hasPreviousPage } edges { cursor node { id name size mediaType sha256 } }`;
const ENTITLEMENT = `id listingId title provider price { ${MONEY} } acquiredAt endedAt availability objects(first: 2) { ${ENTITLED} }`;
const CHARGE = `id amount { ${MONEY} } title provider at`;
const USAGE_RECORD = `id entitlement { ${ENTITLEMENT} } objectId objectName size at apiKeyId charge { ${CHARGE} }`;

const DELIVERY = 'id kind eventId type status tries statusCode failure durationMs createdAt lastTryAt nextTryAt endedAt';
const WEBHOOK = `id name url types status membershipId memberLeft createdAt updatedAt rotatedAt earlierSecretUntil deliveries(first: 1) { ${PAGE} edges { cursor node { ${DELIVERY} } } }`;

/** The fields of both sides of the marketplace and of webhooks, in the tenant context. */
export const READ_TRADE = `query ReadTrade { tenant {
  retrievalUse { ${USE} }
  webhookUse { ${USE} }
  planPreview(plan: FREE) { plan kind takesEffectAt featuresLost members { ${USE} } apiKeys { ${USE} } datasets { ${USE} } webhooks { ${USE} } }
  webhooks(first: 1) { ${PAGE} edges { cursor node { ${WEBHOOK} } } }
  entitlements(first: 2) { ${PAGE} edges { cursor node { ${ENTITLEMENT} } } }
  usage {
    id from until count monthly { used limit resetsAt } byDay { day count bytes } byKey { apiKeyId name count }
    records(first: 2) { ${PAGE} edges { cursor node { ${USAGE_RECORD} } } }
  }
  charges(first: 2) { ${PAGE} edges { cursor node { ${CHARGE} } } }
  chargeTotals { ${MONEY} }
  earnings(first: 2) { ${PAGE} edges { cursor node { ${EARNING} } } }
  earningTotals { ${MONEY} }
  analytics {
    id from until retrievals revenue { ${MONEY} } buyers
    byDay { day retrievals revenue { ${MONEY} } } byDataset { datasetId title retrievals buyers revenue { ${MONEY} } }
  }
} }`;

const TENANT = `
  id tenantId slug name status statusReason statusChangedAt deletionDueAt sells buys createdAt billingEmail planSince memberCount nextPlanAt datasetCount publishedListingCount
  plan { ${PLAN} }
  nextPlan { ${PLAN} }
  limits { ${LIMITS} }
  memberUse { ${USE} }
  apiKeyUse { ${USE} }
  datasetUse { ${USE} }
  datasets(first: 1) { ${PAGE} edges { cursor node { ${DATASET} } } }
  ownershipTransfer { id createdAt expiresAt to { ${MEMBERSHIP} } }
  memberships(first: 2) { ${PAGE} edges { cursor node { ${MEMBERSHIP} } } }
  invitations(first: 2) { ${PAGE} edges { cursor node { ${INVITATION} } } }
  apiKeys(first: 2) { ${PAGE} edges { cursor node { ${API_KEY} } } }
  events(first: 1) { previousHash next hasMore events { number eventId type version at subjectType subjectId data payload salt digest hash } }
  trustedDocuments(first: 1) { ${PAGE} edges { cursor node { ${DOCUMENT} } } }
  auditEvents(first: 2) { ${PAGE} edges { cursor node { ${EVENT} } } }`;

/** The fields of the viewer, the public ones, and those of the tenant context. */
export const READ = `query Read {
  viewer {
    id principal name email emailVerified permissions
    membership { ${SUMMARY} }
    apiKey { id apiKeyId name prefix scopes createdAt expiresAt }
    memberships { ${SUMMARY} }
    deprecatedUse { field reason count lastAt removalAt }
  }
  rateLimit { limit remaining resetAt }
  plans { ${PLAN} }
  roles { name description permissions { ${PERMISSION} } }
  permissions { ${PERMISSION} }
  tenant { ${TENANT} }
  marketplace {
    id
    search(first: 20) { ${PAGE} edges { cursor node { ${OFFER} } } }
    tags(first: 5) { tag count }
  }
}`;

/** Rows by their ids, and another tenant's listing. */
export const READ_NODES = `query ReadNodes($node: ID!, $ids: [ID!]!, $offer: ID!) {
  marketplace { listing(id: $offer) { ${OFFER} } }
  node(id: $node) { id ... on Tenant { id slug name billingEmail } }
  nodes(ids: $ids) {
    id
    ... on Tenant { id tenantId slug name status billingEmail memberCount }
    ... on Membership { ${MEMBERSHIP} }
    ... on User { id name email }
    ... on Invitation { ${INVITATION} }
    ... on AuditEvent { ${EVENT} }
    ... on MarketplaceListing { ${OFFER} }
    ... on ApiKey { ${API_KEY} }
    ... on Dataset { id name description createdAt updatedAt objectCount listing { ${LISTING} } }
    ... on DataObject { ${OBJECT} }
    ... on Listing { ${LISTING} }
    ... on Entitlement { id title }
    ... on UsageRecord { id size charge { id } }
    ... on Charge { id title }
    ... on TrustedDocument { id app }
    ... on Webhook { id name }
    ... on WebhookDelivery { id eventId }
    ... on Earning { id title }
  }
}`;

/** The other types of nodes, because a document has a limit of cost. */
export const READ_OTHER_NODES = `query ReadOtherNodes($ids: [ID!]!) {
  nodes(ids: $ids) {
    id
    ... on EntitledObject { id name size sha256 }
    ... on OwnershipTransfer { id expiresAt to { ${MEMBERSHIP} } }
    ... on Usage { id from until count byDay { count } }
    ... on Analytics { id from until retrievals buyers revenue { ${MONEY} } }
    ... on Marketplace { id marketTags: tags(first: 1) { tag } }
    ... on Plan { id planCode: code planName: name }
    ... on Viewer { id principal viewerName: name permissions memberships { id } }
    ... on ViewerApiKey { id scopesOfMine: scopes }
    ... on ViewerMembership { id plan slugOfMine: slug rolesOfMine: roles }
    ... on StaffTenant { id slug planAtStaff: plan memberCount }
    ... on StaffAuditEvent { id sequence at action }
    ... on Tombstone { id purgedAt receipt { table rows } }
  }
}`;

/** What staff read of a tenant, and of a deleted one. */
export const READ_STAFF = `query ReadStaff($tenant: ID!, $gone: ID!) {
  staffTenant(tenantId: $tenant) {
    id tenantId slug name status statusReason statusChangedAt statusBefore deletionDueAt plan planSince nextPlan nextPlanAt memberCount sells buys createdAt
    limits { ${LIMITS} }
    memberUse { ${USE} }
    auditEvents(first: 2) { ${PAGE} edges { cursor node { id sequence at action outcome code rule actorKind actorName requestId } } }
  }
  staffTombstone(tenantId: $gone) { id tenantId createdAt deletionRequestedAt deletedAt purgedAt receipt { table rows } }
}`;

/** Permissions of one document, which has a limit of aliases. */
const TOGETHER = 14;
const groups = Array.from({ length: Math.ceil(PERMISSION_NAMES.length / TOGETHER) }, (_, group) =>
  PERMISSION_NAMES.slice(group * TOGETHER, (group + 1) * TOGETHER),
);

/** The alias for a permission. */
export const aliasOf = (permission: PermissionName): string => permission.replace(/\W/g, '_');

const REFUSAL = 'code message permission because principals roles statuses plans tenantStatus';

/** What a document would be refused. */
export const EXPLAIN = `query Explain($document: String!, $variables: JSONObject) {
  explain(document: $document, variables: $variables) { cost refusals { pattern refusal { ${REFUSAL} } } }
}`;

/** `can` and `refusal` for every permission, in several documents. */
export const CAN: readonly { readonly names: readonly PermissionName[]; readonly query: string }[] = groups.map(names => ({
  names,
  query: `query Can { viewer { ${names
    .map(
      name => `can_${aliasOf(name)}: can(permission: ${enumName(name)})
        refusal_${aliasOf(name)}: refusal(permission: ${enumName(name)}) { ${REFUSAL} }`,
    )
    .join('\n')} } }`,
}));
