import { manifestOf } from '../support/documents.ts';
import { type PermissionName, STATUSES, type Status } from './expectation.ts';
import { because, type Caller, refusal } from './oracle.ts';
import { API_KEY, MEMBERSHIP, SUMMARY } from './questions.ts';
import { type Place, TRANSFER_CODE } from './world.ts';

/** The values for an input. */
export type Given = {
  /** The caller's tenant, or a tenant that they aren't in, in which every mutation can succeed. */
  readonly place: Place;
  readonly caller: Caller;
  /** The tenant that the input names. */
  readonly target: Place;
  /** The code of an invitation to the target. */
  readonly code: string;
  /** A slug that is free. */
  readonly slug: string;
};

/** A mutation of the matrix and its effects: by hand, from docs/spec.md (R, S, P, O and A). */
export type Change = {
  readonly permission: PermissionName;
  /**
   * Its action in the audit log, or null if the log doesn't keep it; `done` if a successful one
   * leaves other or more events.
   */
  readonly action: string | null;
  readonly done?: (caller: Caller) => readonly string[];
  /** The code of a rule outside of the policy table that refuses it despite the permission. */
  readonly code?: (caller: Caller) => string | null;
  readonly input: (given: Given) => object;
  readonly payload: string;
  /** The tables in which it adds a row of another tenant (SPEC T5). */
  readonly crosses?: readonly string[];
};

const isOwner = ({ roles }: Caller) => roles.includes('owner');
const TENANT = 'tenant { id tenantId slug name status billingEmail memberCount }';
const DATASET = 'dataset { id name objectCount }';
const OBJECT = 'object { id name upload { url } }';
const LISTING = 'listing { id status title price { amount currency } }';
const STAFF_TENANT = 'tenant { id tenantId slug name status plan }';
const named = ({ target }: Given) => ({ tenantId: target.id });
/**
 * Every tenant has a pending transfer: a change of the status or of the owner's roles voids it
 * (SPEC O2).
 */
const voiding = (action: string) => () => ['ownership.void', action];

/**
 * Each mutation has an input that succeeds for callers with the permission, unless `code` says why
 * none can.
 */
// biome-ignore format: a table is read by its columns
export const CHANGES: Readonly<Record<string, Change>> = {
  createTenant:    { permission: 'tenant:create', action: 'tenant.create', input: ({ slug }) => ({ name: 'Made', slug }), payload: `membership { ${SUMMARY} }` },
  renameTenant:    { permission: 'tenant:rename', action: 'tenant.rename', input: () => ({ name: 'Renamed' }), payload: TENANT },
  setBillingEmail: { permission: 'billing-contact:update', action: 'tenant.set_billing_email', input: () => ({ email: 'new@bills.example' }), payload: TENANT },
  changePlan:      { permission: 'plan:change', action: 'plan.change', done: () => ['plan.schedule_downgrade'], input: () => ({ plan: 'STARTER' }), payload: TENANT },
  cancelPlanChange: { permission: 'plan:change', action: 'plan.cancel_downgrade', input: () => ({}), payload: TENANT },
  setMemberRoles: {
    permission: 'member:set-roles', action: 'member.set_roles',
    input: ({ place }) => ({ membershipId: place.junior, roles: ['OPERATOR'] }), payload: `membership { ${MEMBERSHIP} }`,
  },
  removeMember: { permission: 'member:remove', action: 'member.remove', input: ({ place }) => ({ membershipId: place.junior }), payload: 'removedMembershipId' },
  dropRoles: {
    permission: 'member:drop-roles', action: 'member.drop_roles',
    done: caller => (isOwner(caller) ? ['ownership.void', 'member.drop_roles'] : ['member.drop_roles']),
    // one role stays (SPEC R1)
    code: ({ roles }) => (roles.length > 1 ? null : roles[0] === 'owner' ? 'OWNER_PROTECTED' : 'BAD_USER_INPUT'),
    input: ({ caller: { roles } }) => ({ roles: [(roles.at(-1) ?? 'viewer').toUpperCase()] }), payload: `roles membership { ${MEMBERSHIP} } viewerMembership { ${SUMMARY} }`,
  },
  leaveTenant: {
    permission: 'member:leave', action: 'member.leave',
    // nobody removes the owner (SPEC R4)
    code: caller => (isOwner(caller) ? 'OWNER_PROTECTED' : null),
    input: () => ({}), payload: 'leftTenantId removedMembershipId removedViewerMembershipId',
  },
  inviteMember: {
    permission: 'invitation:create', action: 'invitation.create',
    input: () => ({ email: 'new@people.example', roles: ['VIEWER'] }), payload: 'invitation { id email roles invitedBy createdAt expiresAt } replacedInvitationId',
  },
  revokeInvitation:  { permission: 'invitation:revoke', action: 'invitation.revoke', input: ({ place }) => ({ invitationId: place.invitation }), payload: 'revokedInvitationId' },
  acceptInvitation:  { permission: 'invitation:accept', action: 'invitation.accept', input: ({ code }) => ({ code }), payload: `membership { ${SUMMARY} } acceptedInvitationId` },
  declineInvitation: { permission: 'invitation:decline', action: 'invitation.decline', input: ({ code }) => ({ code }), payload: 'declinedInvitationId' },
  requestOwnershipTransfer: {
    permission: 'ownership:transfer', action: 'ownership.request', done: voiding('ownership.request'),
    input: ({ place }) => ({ membershipId: place.recipient }), payload: 'code expiresAt ownershipTransfer { id expiresAt }',
  },
  confirmOwnershipTransfer: { permission: 'ownership:transfer', action: 'ownership.confirm', input: () => ({ code: TRANSFER_CODE }), payload: `${TENANT} memberships { ${MEMBERSHIP} }` },
  cancelOwnershipTransfer:  { permission: 'ownership:transfer', action: 'ownership.cancel', input: () => ({}), payload: `${TENANT} cancelledOwnershipTransferId` },
  requestTenantDeletion: {
    permission: 'deletion:request', action: 'deletion.request', done: voiding('deletion.request'),
    input: ({ place }) => ({ confirmation: place.name }), payload: TENANT,
  },
  cancelTenantDeletion: { permission: 'deletion:cancel', action: 'deletion.cancel', done: voiding('deletion.cancel'), input: () => ({}), payload: TENANT },
  createApiKey: {
    permission: 'api-key:create', action: 'api_key.create',
    input: () => ({ name: 'Made', scopes: ['TENANT_READ', 'USAGE_COUNT'] }), payload: `secret apiKey { ${API_KEY} }`,
  },
  narrowApiKey: { permission: 'api-key:update', action: 'api_key.narrow', input: ({ place }) => ({ apiKeyId: place.apiKey.id, scopes: ['USAGE_READ'] }), payload: `apiKey { ${API_KEY} }` },
  rotateApiKey: { permission: 'api-key:update', action: 'api_key.rotate', input: ({ place }) => ({ apiKeyId: place.apiKey.id }), payload: `secret apiKey { ${API_KEY} }` },
  revokeApiKey: { permission: 'api-key:update', action: 'api_key.revoke', input: ({ place }) => ({ apiKeyId: place.apiKey.id }), payload: `apiKey { ${API_KEY} }` },
  setApiKeyDocumentMode: {
    permission: 'api-key:update', action: 'api_key.set_document_mode',
    input: ({ place }) => ({ apiKeyId: place.apiKey.id, documentMode: 'REQUIRE' }), payload: `apiKey { ${API_KEY} }`,
  },
  handOverApiKey: {
    permission: 'api-key:update-any', action: 'api_key.hand_over',
    input: ({ place }) => ({ apiKeyId: place.apiKey.id, membershipId: place.keeper }), payload: `apiKey { ${API_KEY} }`,
  },
  // whatever the permission says, the confirmation is wrong: nobody of the matrix is erased
  eraseMyself:      { permission: 'person:erase', action: null, code: () => 'CONFIRMATION_MISMATCH', input: () => ({ confirmation: 'no@people.example' }), payload: 'requestedAt' },
  setTenantSides:   { permission: 'tenant:set-sides', action: 'tenant.set_sides', input: () => ({ sells: false }), payload: TENANT },
  createDataset:    { permission: 'dataset:write', action: 'dataset.create', input: () => ({ name: 'Made' }), payload: DATASET },
  updateDataset:    { permission: 'dataset:write', action: 'dataset.update', input: ({ place }) => ({ datasetId: place.bare, name: 'Renamed' }), payload: DATASET },
  deleteDataset:    { permission: 'dataset:delete', action: 'dataset.delete', input: ({ place }) => ({ datasetId: place.bare }), payload: 'deletedDatasetId' },
  addObject: {
    permission: 'dataset:write', action: 'object.add',
    input: ({ place }) => ({ datasetId: place.bare, name: 'new.csv', size: '1', mediaType: 'text/csv', sha256: '0'.repeat(64) }), payload: OBJECT,
  },
  completeObject:   { permission: 'dataset:write', action: 'object.complete', input: ({ place }) => ({ objectId: place.waiting }), payload: 'object { id name }' },
  removeObject:     { permission: 'dataset:delete', action: 'object.remove', input: ({ place }) => ({ objectId: place.waiting }), payload: 'removedObjectId dataset { id objectCount }' },
  draftListing: {
    permission: 'listing:write', action: 'listing.draft',
    input: ({ place }) => ({ datasetId: place.bare, title: 'Drafted', price: { amount: '1.5', currency: 'EUR' } }), payload: LISTING,
  },
  updateListing:    { permission: 'listing:write', action: 'listing.update', input: ({ place }) => ({ listingId: place.published, title: 'Changed' }), payload: LISTING },
  publishListing:   { permission: 'listing:publish', action: 'listing.publish', input: ({ place }) => ({ listingId: place.draft }), payload: LISTING },
  withdrawListing:  { permission: 'listing:publish', action: 'listing.withdraw', input: ({ place }) => ({ listingId: place.published }), payload: LISTING },
  acquireEntitlement: {
    permission: 'entitlement:acquire', action: 'entitlement.acquire',
    input: ({ place }) => ({ listingId: place.listing }), payload: 'entitlement { id title provider availability }',
  },
  endEntitlement: { permission: 'entitlement:end', action: 'entitlement.end', input: ({ place }) => ({ entitlementId: place.entitlement }), payload: 'entitlement { id title acquiredAt }' },
  retrieveObject: {
    permission: 'object:retrieve', action: null, crosses: ['earning'],
    input: ({ place }) => ({ entitlementId: place.entitlement, objectId: place.object, idempotencyKey: 'a-key-of-the-matrix' }),
    payload: 'retrieval { id usageRecordId objectId name size sha256 mediaType charge { amount currency } retrievedAt downloadLink expiresAt }',
  },
  renewDownloadLink: {
    permission: 'object:retrieve', action: null,
    input: ({ place }) => ({ usageRecordId: place.usage, idempotencyKey: 'another-key-of-the-matrix' }),
    payload: 'downloadLink expiresAt',
  },
  registerDocuments: {
    permission: 'document:register', action: 'document.register',
    input: () => ({ app: 'Made', version: '1', documents: manifestOf('{ __typename }') }), payload: 'documents { id documentId app version text createdAt cost audience { permissions roles statuses plans apiKeys } }',
  },
  retireDocuments: { permission: 'document:register', action: 'document.retire', input: () => ({ app: 'Second', version: '1' }), payload: 'retiredDocuments' },
  createWebhook: {
    permission: 'webhook:write', action: 'webhook.create',
    input: () => ({ name: 'Made', url: 'https://hooks.example/made', types: ['TENANT_RENAMED'] }), payload: 'secret webhook { id name url types status }',
  },
  updateWebhook: { permission: 'webhook:write', action: 'webhook.update', input: ({ place }) => ({ webhookId: place.webhook, name: 'Changed' }), payload: 'webhook { id name }' },
  rotateWebhookSecret: { permission: 'webhook:write', action: 'webhook.rotate_secret', input: ({ place }) => ({ webhookId: place.webhook }), payload: 'secret webhook { id rotatedAt earlierSecretUntil }' },
  testWebhook: { permission: 'webhook:write', action: 'webhook.test', input: ({ place }) => ({ webhookId: place.webhook }), payload: 'delivery { id kind status tries }' },
  // no event of the matrix has this id
  redeliverWebhookEvent: {
    permission: 'webhook:write', action: 'webhook.redeliver', code: () => 'NOT_FOUND',
    input: ({ place }) => ({ webhookId: place.webhook, eventId: '00000000-0000-7000-8000-000000000000' }), payload: 'delivery { id }',
  },
  deleteWebhook: { permission: 'webhook:write', action: 'webhook.delete', input: ({ place }) => ({ webhookId: place.webhook }), payload: 'deletedWebhookId' },
  staffSuspendTenant: {
    permission: 'staff:suspend', action: 'tenant.suspend', done: voiding('tenant.suspend'),
    input: given => ({ ...named(given), reason: 'For a reason' }), payload: STAFF_TENANT,
  },
  staffResumeTenant:      { permission: 'staff:resume', action: 'tenant.resume', done: voiding('tenant.resume'), input: named, payload: STAFF_TENANT },
  staffRenameTenant:      { permission: 'staff:rename', action: 'tenant.staff_rename', input: given => ({ ...named(given), name: 'Renamed' }), payload: STAFF_TENANT },
  staffReplaceOwner: {
    permission: 'staff:replace-owner', action: 'ownership.replace', done: voiding('ownership.replace'),
    input: given => ({ ...named(given), membershipId: given.target.junior, reason: 'For a reason' }), payload: STAFF_TENANT,
  },
  staffArrangeEnterprise: { permission: 'staff:arrange-plan', action: 'plan.arrange_enterprise', input: given => ({ ...named(given), memberLimit: 250 }), payload: STAFF_TENANT },
};

/** A mutation that is requested, with the status of the tenant that its input names, if any. */
export type Asked = Change & {
  readonly alias: string;
  readonly field: string;
  readonly named: Status | undefined;
  /** The extensions of the error, or null if it succeeds. */
  readonly refused: object | null;
  /** Its events in their order, without repetitions. */
  readonly events: readonly { readonly action: string; readonly outcome: string; readonly code: string | null; readonly after?: object }[];
  /** The tenant in whose log they are. */
  readonly log: 'own' | 'named' | 'new' | null;
};

/**
 * All mutations that a caller can try. A mutation whose input names another tenant is tried once
 * for each of its statuses, unless the caller lacks the permission in all.
 */
export const asksOf = (caller: Caller): readonly Asked[] =>
  Object.entries(CHANGES).flatMap(([field, change]) => {
    const isNamed = ['acceptInvitation', 'declineInvitation'].includes(field) || field.startsWith('staff');
    if (!isNamed || because(change.permission, caller)) return [askOf(field, change, caller, undefined)];
    return STATUSES.map(status => askOf(field, change, caller, status));
  });

function askOf(field: string, change: Change, caller: Caller, named: Status | undefined): Asked {
  const here = { field, named, alias: named ? `${field}_${named}` : field, ...change };
  const { permission, action, done = () => (action ? [action] : []), code = () => null } = change;
  const refused = refusal(permission, named ? { ...caller, named } : caller);
  // Founding a tenant leaves no event in the tenant context (SPEC T1).
  const own = caller.status === null || field === 'createTenant' ? null : 'own';
  if (refused) {
    const events = action ? [{ action, outcome: 'refused', code: refused.code, after: { permission, because: refused.because } }] : [];
    return { ...here, refused, events, log: named ? 'named' : own };
  }
  const rule = code(caller);
  // A mistake in the input is no refusal of an action, and isn't logged (SPEC A1).
  if (rule)
    return {
      ...here,
      refused: { code: rule },
      events: action ? [{ action, outcome: 'refused', code: rule, after: {} }] : [],
      log: rule === 'BAD_USER_INPUT' ? null : own,
    };
  const events = done(caller).map(each => ({ action: each, outcome: 'done', code: null }));
  return { ...here, refused: null, events, log: named ? 'named' : field === 'createTenant' ? 'new' : own };
}

/** One document with all of them. */
export const documentOf = (asks: readonly Asked[]): string => {
  const variables = asks.map(({ alias, field }) => `$${alias}: ${field[0]!.toUpperCase()}${field.slice(1)}Input!`);
  const fields = asks.map(({ alias, field, payload }) => `${alias === field ? '' : `${alias}: `}${field}(input: $${alias}) { ${payload} }`);
  return `mutation Change(${variables.join(', ')}) {\n${fields.join('\n')}\n}`;
};
