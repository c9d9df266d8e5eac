import type { ModelName } from '../../../src/database/sql/data-model.ts';
import { ISSUER, type Target } from './isolation.ts';

type Word = keyof Target | 'plan';
type Args = Record<string, unknown>;

/** The relations of each model, written by hand. Those in brackets are to many. */
export const RELATIONS: Readonly<Record<ModelName, Readonly<Record<string, ModelName | readonly [ModelName]>>>> = {
  Tenant: {
    trustedDocuments: ['TrustedDocument'],
    webhooks: ['Webhook'],
    ...{ plan: 'Plan', nextPlan: 'Plan', memberships: ['Membership'], invitations: ['Invitation'], ownershipTransfer: 'OwnershipTransfer' },
    ...{ contract: 'Contract', idempotencyKeys: ['IdempotencyKey'], auditEvents: ['AuditEvent'] },
    ...{ datasets: ['Dataset'], staleObjects: ['StaleObject'], earnings: ['Earning'], usageRecords: ['UsageRecord'], charges: ['Charge'] },
    ...{ entitlements: ['Entitlement'], retrievalCounts: ['RetrievalCount'], apiKeys: ['ApiKey'] },
  },
  Membership: { tenant: 'Tenant', user: 'User', giving: ['OwnershipTransfer'], gaining: ['OwnershipTransfer'] },
  User: { memberships: ['Membership'] },
  Plan: { tenants: ['Tenant'], tenantsToBe: ['Tenant'] },
  Invitation: { tenant: 'Tenant' },
  OwnershipTransfer: { tenant: 'Tenant', from: 'Membership', to: 'Membership' },
  Contract: { tenant: 'Tenant' },
  IdempotencyKey: { tenant: 'Tenant' },
  AuditEvent: { tenant: 'Tenant' },
  Tombstone: { receipt: ['PurgeReceipt'] },
  PurgeReceipt: { tombstone: 'Tombstone' },
  Dataset: { tenant: 'Tenant', objects: ['DataObject'], listing: 'Listing', earnings: ['Earning'] },
  DataObject: { dataset: 'Dataset' },
  StaleObject: { tenant: 'Tenant' },
  Listing: { dataset: 'Dataset' },
  Earning: { tenant: 'Tenant', dataset: 'Dataset' },
  Entitlement: { tenant: 'Tenant', usage: ['UsageRecord'] },
  UsageRecord: { entitlement: 'Entitlement', charge: 'Charge', tenant: 'Tenant' },
  Charge: { usage: 'UsageRecord', tenant: 'Tenant' },
  RetrievalCount: { tenant: 'Tenant' },
  TrustedDocument: { tenant: 'Tenant', apiKey: 'ApiKey' },
  Webhook: { tenant: 'Tenant', deliveries: ['WebhookDelivery'] },
  WebhookDelivery: { webhook: 'Webhook' },
  ApiKey: { tenant: 'Tenant', trustedDocuments: ['TrustedDocument'] },
};

/** Columns of each model, with the value of a target that each contains. */
export const COLUMNS: Readonly<Record<ModelName, Readonly<Record<string, Word>>>> = {
  Tenant: { id: 'tenantId', slug: 'slug', name: 'name', billingEmail: 'billingEmail', statusReason: 'statusReason', planCode: 'plan' },
  Membership: { tenantId: 'tenantId', id: 'membershipId', userId: 'userId' },
  User: { id: 'userId', name: 'personName', email: 'email', subject: 'subject' },
  Plan: { code: 'plan', name: 'plan' },
  Invitation: { tenantId: 'tenantId', id: 'invitationId', email: 'inviteeEmail', inviter: 'inviter' },
  OwnershipTransfer: { tenantId: 'tenantId', toMembershipId: 'membershipId' },
  Contract: { tenantId: 'tenantId' },
  IdempotencyKey: { tenantId: 'tenantId' },
  AuditEvent: {
    ...{ tenantId: 'tenantId', id: 'eventId', actorId: 'actorId', actorName: 'actorName', targetId: 'tenantId', requestId: 'requestId' },
  },
  Tombstone: { tenantId: 'tenantId' },
  PurgeReceipt: { tenantId: 'tenantId' },
  Dataset: { tenantId: 'tenantId', id: 'datasetId', name: 'datasetName', description: 'datasetDescription' },
  DataObject: { tenantId: 'tenantId', id: 'objectId', datasetId: 'datasetId', name: 'objectName', mediaType: 'mediaType' },
  StaleObject: { tenantId: 'tenantId', id: 'staleId' },
  Listing: { tenantId: 'tenantId', id: 'listingId', datasetId: 'datasetId', title: 'listingTitle', summary: 'listingSummary' },
  Earning: { tenantId: 'tenantId', id: 'earningId', datasetId: 'datasetId', title: 'earningTitle' },
  Entitlement: { tenantId: 'tenantId', id: 'entitlementId', listingId: 'boughtListingId', title: 'boughtTitle', provider: 'boughtFrom' },
  UsageRecord: {
    ...{ tenantId: 'tenantId', id: 'usageId', entitlementId: 'entitlementId', apiKeyId: 'keyId' },
    ...{ objectId: 'usedObjectId', objectName: 'usedObjectName' },
  },
  Charge: { tenantId: 'tenantId', id: 'usageId', title: 'chargeTitle', provider: 'chargedBy' },
  RetrievalCount: { tenantId: 'tenantId' },
  TrustedDocument: {
    ...{ tenantId: 'tenantId', id: 'trustedDocumentId', app: 'trustedApp', version: 'trustedVersion', apiKeyId: 'keyId' },
    ...{ hash: 'trustedHash', text: 'trustedText' },
  },
  Webhook: { tenantId: 'tenantId', id: 'webhookId', name: 'webhookName', url: 'webhookUrl' },
  WebhookDelivery: {
    ...{ tenantId: 'tenantId', id: 'webhookDeliveryId', webhookId: 'webhookId', eventId: 'deliveredEventId' },
    ...{ subjectId: 'deliveredSubjectId', payload: 'deliveredPayload' },
  },
  ApiKey: { tenantId: 'tenantId', id: 'keyId', name: 'keyName', holderId: 'keyHolderId', holderName: 'keyHolder' },
};

/**
 * The other columns of text: enumerations, codes, lists, those that are null in the rows of the
 * isolation tests, and the owner's membership, which is no target.
 */
export const OTHER_TEXTS: Readonly<Partial<Record<ModelName, readonly string[]>>> = {
  Tenant: ['status', 'statusBefore', 'statusReasonBefore', 'nextPlanCode'],
  Membership: ['roles'],
  User: ['issuer'],
  Plan: ['features', 'support'],
  Invitation: ['roles', 'inviterMembershipId'],
  OwnershipTransfer: ['fromMembershipId'],
  AuditEvent: ['actorKind', 'action', 'outcome', 'rule', 'code', 'targetType'],
  Tombstone: ['status'],
  PurgeReceipt: ['table'],
  Listing: ['status', 'tags', 'currency'],
  Earning: ['currency'],
  Entitlement: ['currency'],
  UsageRecord: ['mediaType'],
  Charge: ['currency'],
  Webhook: ['types', 'status', 'membershipId'],
  WebhookDelivery: ['kind', 'type', 'subjectType', 'status', 'failure'],
  ApiKey: ['scopes', 'documentMode'],
};

/** The column that makes an order unique. */
export const TIE_BREAKERS: Readonly<Record<ModelName, string>> = {
  ...{ Tenant: 'id', Membership: 'id', User: 'id', Plan: 'code', Invitation: 'id', OwnershipTransfer: 'tenantId', Contract: 'tenantId' },
  ...{ IdempotencyKey: 'keyHash', AuditEvent: 'id', Tombstone: 'tenantId', PurgeReceipt: 'table' },
  TrustedDocument: 'id',
  ...{ Webhook: 'id', WebhookDelivery: 'id' },
  ...{ Dataset: 'id', DataObject: 'id', StaleObject: 'id', Listing: 'id', Earning: 'id' },
  ...{ Entitlement: 'id', UsageRecord: 'id', Charge: 'id', RetrievalCount: 'shard', ApiKey: 'id' },
};

/** The start of the counted billing cycle of each side. */
const day = new Date('2026-11-01T00:00:00Z');

/** The unique keys of a model, with values that `word` picks. */
export function uniqueKeys(model: ModelName, word: (key: Word) => string): readonly Args[] {
  const tenantId = word('tenantId');
  const byId = (id: string) => ({ tenantId_id: { tenantId, id } });
  const keys: Readonly<Record<ModelName, () => readonly Args[]>> = {
    Plan: () => [{ code: word('plan') }],
    Tenant: () => [{ id: tenantId }],
    User: () => [{ id: word('userId') }, { issuer_subject: { issuer: ISSUER, subject: word('subject') } }],
    Membership: () => [byId(word('membershipId')), { tenantId_userId: { tenantId, userId: word('userId') } }],
    Invitation: () => [byId(word('invitationId')), { tenantId_email: { tenantId, email: word('inviteeEmail') } }],
    OwnershipTransfer: () => [{ tenantId }],
    Contract: () => [{ tenantId }],
    IdempotencyKey: () => [{ tenantId_keyHash: { tenantId, keyHash: Buffer.from(word('keyHash'), 'hex') } }],
    AuditEvent: () => [byId(word('eventId')), { tenantId_seq: { tenantId, seq: 1 } }],
    Tombstone: () => [{ tenantId }],
    PurgeReceipt: () => ['tenant', 'membership', 'none'].map(table => ({ tenantId_table: { tenantId, table } })),
    Dataset: () => [byId(word('datasetId'))],
    DataObject: () => [
      byId(word('objectId')),
      { tenantId_datasetId_name: { tenantId, datasetId: word('datasetId'), name: word('objectName') } },
    ],
    StaleObject: () => [byId(word('staleId'))],
    Listing: () => [byId(word('listingId')), { tenantId_datasetId: { tenantId, datasetId: word('datasetId') } }],
    Earning: () => [byId(word('earningId'))],
    Entitlement: () => [byId(word('entitlementId'))],
    UsageRecord: () => [byId(word('usageId'))],
    Charge: () => [byId(word('usageId'))],
    RetrievalCount: () => [0, 1, 2].map(shard => ({ tenantId_since_shard: { tenantId, since: day, shard } })),
    TrustedDocument: () => [
      byId(word('trustedDocumentId')),
      {
        tenantId_app_version_hash: { tenantId, app: word('trustedApp'), version: word('trustedVersion'), hash: word('trustedHash') },
      },
    ],
    Webhook: () => [byId(word('webhookId'))],
    WebhookDelivery: () => [byId(word('webhookDeliveryId'))],
    ApiKey: () => [byId(word('keyId'))],
  };
  return keys[model]();
}
