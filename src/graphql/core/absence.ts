import { DirectiveLocation, GraphQLDirective, GraphQLInt, GraphQLList, type GraphQLSchema, isNonNullType, isObjectType } from 'graphql';

/**
 * The nullable fields that may be null although they were neither refused nor failed (SPEC G11),
 * by type. A nullable field that isn't here is null only with an error.
 */
// biome-ignore format: a table is read by its columns
const MAY_BE_ABSENT: Readonly<Record<string, string>> = {
  Query:              'node staffTenant staffTombstone',
  PageInfo:           'startCursor endCursor',
  Viewer:             'name email emailVerified membership refusal apiKey',
  ViewerApiKey:       'expiresAt',
  ViewerMembership:   'statusReason',
  Refusal:            'plans tenantStatus',
  Permission:         'plans',
  Tenant:             'statusReason deletionDueAt billingEmail nextPlan nextPlanAt ownershipTransfer',
  User:               'email',
  Invitation:         'sentAt',
  InvitationDelivery: 'nextTryAt reply replyCode',
  AuditEvent:         'code targetType targetId before after',
  ApiKey:             'rotatedAt expiresAt revokedAt lastUsedAt earlierSecretUntil costPointsPerMinute',
  TrustedDocument:    'apiKey retiredAt',
  Event:              'eventId type version at subjectType subjectId data payload salt',
  EventFeed:          'previousHash',
  MembershipChanged:  'membership',
  InvitationChanged:  'invitation',
  UsageRecorded:      'usageRecord',
  ListingChanged:     'listing',
  Webhook:            'rotatedAt earlierSecretUntil',
  WebhookDelivery:    'statusCode failure durationMs lastTryAt nextTryAt endedAt',
  Plan:               'memberLimit apiKeyLimit datasetLimit webhookLimit monthlyRetrievals costPointsPerMinute',
  PlanLimits:         'memberLimit apiKeyLimit datasetLimit webhookLimit monthlyRetrievals costPointsPerMinute',
  PlanPreview:        'takesEffectAt',
  RateLimit:          'limit remaining',
  CapUse:             'limit',
  MonthlyUse:         'limit',
  Dataset:            'listing',
  DataObject:         'storedAt upload',
  Listing:            'publishedAt',
  Marketplace:        'listing',
  Entitlement:        'endedAt objects',
  Retrieval:          'downloadLink',
  UsageRecord:        'apiKeyId',
  KeyUse:             'apiKeyId name',
  StaffTenant:        'statusReason statusBefore deletionDueAt nextPlan nextPlanAt',
  StaffAuditEvent:    'code',
  Tombstone:          'purgedAt',
  // A stored answer is read again, and its row may have been deleted since.
  SetMemberRolesPayload:           'membership',
  DropRolesPayload:                'membership',
  InviteMemberPayload:             'invitation replacedInvitationId',
  RequestOwnershipTransferPayload: 'ownershipTransfer',
  CreateDatasetPayload:            'dataset',
  UpdateDatasetPayload:            'dataset',
  AddObjectPayload:                'object',
  CompleteObjectPayload:           'object',
  RemoveObjectPayload:             'dataset',
  DraftListingPayload:             'listing',
  UpdateListingPayload:            'listing',
  PublishListingPayload:           'listing',
  WithdrawListingPayload:          'listing',
  CreateWebhookPayload:            'webhook',
  UpdateWebhookPayload:            'webhook',
  RotateWebhookSecretPayload:      'webhook',
  TestWebhookPayload:              'delivery',
  RedeliverWebhookEventPayload:    'delivery',
  RenewDownloadLinkPayload:        'downloadLink',
};

export const semanticNonNull = new GraphQLDirective({
  name: 'semanticNonNull',
  description:
    'The field is null only if it was refused or failed: then an error has its path, or a grouped one has its pattern. `levels` are the levels of lists that this holds for.',
  locations: [DirectiveLocation.FIELD_DEFINITION],
  args: { levels: { type: new GraphQLList(GraphQLInt), defaultValue: [0] } },
});

/**
 * Marks each nullable field that isn't declared absent.
 *
 * @throws when a declaration names no nullable field.
 */
export function markSemanticNonNull(schema: GraphQLSchema, absent = MAY_BE_ABSENT): void {
  const declared = new Set(Object.entries(absent).flatMap(([type, names]) => names.split(' ').map(name => `${type}.${name}`)));
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (isNonNullType(field.type) || declared.delete(`${type.name}.${field.name}`)) continue;
      field.extensions = { ...field.extensions, directives: { ...(field.extensions.directives as object), semanticNonNull: {} } };
    }
  }
  if (declared.size) throw new Error(`No nullable field, so it can't be absent (graphql/core/absence.ts): ${[...declared].join(', ')}`);
}
