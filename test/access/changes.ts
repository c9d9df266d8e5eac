import { type PermissionName, STATUSES, type Status } from './expectation.ts';
import { type Asker, because, refusal } from './oracle.ts';
import { API_KEY, MEMBERSHIP, SUMMARY } from './questions.ts';
import { type Place, TRANSFER_CODE } from './world.ts';

/** What an input is made of. */
export type Given = {
  /** Where the asker is, or a tenant that they are not in, in which all of it would be possible. */
  readonly place: Place;
  readonly asker: Asker;
  /** The tenant that the input leads to. */
  readonly target: Place;
  /** The code of an invitation to the target. */
  readonly code: string;
  /** A slug that is free. */
  readonly slug: string;
};

/** A mutation as the matrix asks it, and what it leaves: by hand, from SPEC R, S, P, O and A. */
export type Change = {
  readonly permission: PermissionName;
  /**
   * What the audit log calls it, refused or done, or null where it hears nothing of it; `done`
   * where one that is done leaves others, or more.
   */
  readonly action: string | null;
  readonly done?: (asker: Asker) => readonly string[];
  /** The code by which a rule that isn't of the table refuses what the permission allows. */
  readonly code?: (asker: Asker) => string | null;
  readonly input: (given: Given) => object;
  readonly payload: string;
  /** The tables in which it leaves a row with another tenant (SPEC T5). */
  readonly crosses?: readonly string[];
};

const isOwner = ({ roles }: Asker) => roles.includes('owner');
const TENANT = 'tenant { id tenantId slug name status billingEmail memberCount }';
const DATASET = 'dataset { id name objectCount }';
const OBJECT = 'object { id name upload { url } }';
const LISTING = 'listing { id status title price { amount currency } }';
const STAFF_TENANT = 'tenant { tenantId slug name status plan }';
const named = ({ target }: Given) => ({ tenantId: target.id });
/**
 * A transfer is under way everywhere: what changes the status, or the owner's roles, voids it (SPEC
 * O2).
 */
const voiding = (action: string) => () => ['ownership.void', action];

/**
 * Each mutation has an input that succeeds where the permission is held, unless `code` says why
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
    done: asker => (isOwner(asker) ? ['ownership.void', 'member.drop_roles'] : ['member.drop_roles']),
    // one role stays (SPEC R1)
    code: ({ roles }) => (roles.length > 1 ? null : roles[0] === 'owner' ? 'OWNER_PROTECTED' : 'BAD_USER_INPUT'),
    input: ({ asker: { roles } }) => ({ roles: [(roles.at(-1) ?? 'viewer').toUpperCase()] }), payload: 'roles',
  },
  leaveTenant: {
    permission: 'member:leave', action: 'member.leave',
    // nobody removes the owner (SPEC R4)
    code: asker => (isOwner(asker) ? 'OWNER_PROTECTED' : null),
    input: () => ({}), payload: 'leftTenantId',
  },
  inviteMember: {
    permission: 'invitation:create', action: 'invitation.create',
    input: () => ({ email: 'new@people.example', roles: ['VIEWER'] }), payload: 'invitation { id email roles invitedBy createdAt expiresAt }',
  },
  revokeInvitation:  { permission: 'invitation:revoke', action: 'invitation.revoke', input: ({ place }) => ({ invitationId: place.invitation }), payload: 'revokedInvitationId' },
  acceptInvitation:  { permission: 'invitation:accept', action: 'invitation.accept', input: ({ code }) => ({ code }), payload: `membership { ${SUMMARY} }` },
  declineInvitation: { permission: 'invitation:decline', action: 'invitation.decline', input: ({ code }) => ({ code }), payload: 'declined' },
  requestOwnershipTransfer: {
    permission: 'ownership:transfer', action: 'ownership.request', done: voiding('ownership.request'),
    input: ({ place }) => ({ membershipId: place.recipient }), payload: 'code expiresAt',
  },
  confirmOwnershipTransfer: { permission: 'ownership:transfer', action: 'ownership.confirm', input: () => ({ code: TRANSFER_CODE }), payload: TENANT },
  cancelOwnershipTransfer:  { permission: 'ownership:transfer', action: 'ownership.cancel', input: () => ({}), payload: TENANT },
  requestTenantDeletion: {
    permission: 'deletion:request', action: 'deletion.request', done: voiding('deletion.request'),
    input: ({ place }) => ({ confirmation: place.name }), payload: TENANT,
  },
  cancelTenantDeletion: { permission: 'deletion:cancel', action: 'deletion.cancel', done: voiding('deletion.cancel'), input: () => ({}), payload: TENANT },
  createApiKey: {
    permission: 'api-key:create', action: 'api_key.create',
    input: () => ({ name: 'Made', scopes: ['tenant:read', 'usage:count'] }), payload: `secret apiKey { ${API_KEY} }`,
  },
  narrowApiKey: { permission: 'api-key:update', action: 'api_key.narrow', input: ({ place }) => ({ apiKeyId: place.apiKey.id, scopes: ['usage:read'] }), payload: `apiKey { ${API_KEY} }` },
  rotateApiKey: { permission: 'api-key:update', action: 'api_key.rotate', input: ({ place }) => ({ apiKeyId: place.apiKey.id }), payload: `secret apiKey { ${API_KEY} }` },
  revokeApiKey: { permission: 'api-key:update', action: 'api_key.revoke', input: ({ place }) => ({ apiKeyId: place.apiKey.id }), payload: `apiKey { ${API_KEY} }` },
  handOverApiKey: {
    permission: 'api-key:update-any', action: 'api_key.hand_over',
    input: ({ place }) => ({ apiKeyId: place.apiKey.id, membershipId: place.keeper }), payload: `apiKey { ${API_KEY} }`,
  },
  setTenantSides:   { permission: 'tenant:set-sides', action: 'tenant.set_sides', input: () => ({ sells: false }), payload: TENANT },
  createDataset:    { permission: 'dataset:write', action: 'dataset.create', input: () => ({ name: 'Made' }), payload: DATASET },
  updateDataset:    { permission: 'dataset:write', action: 'dataset.update', input: ({ place }) => ({ datasetId: place.bare, name: 'Renamed' }), payload: DATASET },
  deleteDataset:    { permission: 'dataset:delete', action: 'dataset.delete', input: ({ place }) => ({ datasetId: place.bare }), payload: 'deletedDatasetId' },
  addObject: {
    permission: 'dataset:write', action: 'object.add',
    input: ({ place }) => ({ datasetId: place.bare, name: 'new.csv', size: '1', mediaType: 'text/csv', sha256: '0'.repeat(64) }), payload: OBJECT,
  },
  completeObject:   { permission: 'dataset:write', action: 'object.complete', input: ({ place }) => ({ objectId: place.waiting }), payload: 'object { id name }' },
  removeObject:     { permission: 'dataset:delete', action: 'object.remove', input: ({ place }) => ({ objectId: place.waiting }), payload: 'removedObjectId' },
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
    payload: 'retrieval { usageRecordId objectId name size mediaType charge { amount currency } retrievedAt downloadLink expiresAt }',
  },
  staffSuspendTenant: {
    permission: 'staff:suspend', action: 'tenant.suspend', done: voiding('tenant.suspend'),
    input: given => ({ ...named(given), reason: 'For a reason' }), payload: STAFF_TENANT,
  },
  staffResumeTenant:      { permission: 'staff:resume', action: 'tenant.resume', done: voiding('tenant.resume'), input: named, payload: STAFF_TENANT },
  staffRenameTenant:      { permission: 'staff:rename', action: 'tenant.staff_rename', input: given => ({ ...named(given), name: 'Renamed' }), payload: STAFF_TENANT },
  staffArrangeEnterprise: { permission: 'staff:arrange-plan', action: 'plan.arrange_enterprise', input: given => ({ ...named(given), memberLimit: 250 }), payload: STAFF_TENANT },
};

/**
 * A mutation that somebody asks, of the tenant in the status named, where their input names one.
 */
export type Asked = Change & {
  readonly alias: string;
  readonly field: string;
  readonly named: Status | undefined;
  /** The extensions of the error, or null where it is done. */
  readonly refused: object | null;
  /** The events that it leaves, in their order, as far as they differ. */
  readonly events: readonly { readonly action: string; readonly outcome: string; readonly code: string | null; readonly after?: object }[];
  /** Whose log they are in. */
  readonly log: 'own' | 'named' | 'new' | null;
};

/**
 * All that an asker may try: what leads to another tenant, once for each of its statuses, unless
 * they may not at all.
 */
export const asksOf = (asker: Asker): readonly Asked[] =>
  Object.entries(CHANGES).flatMap(([field, change]) => {
    const isNamed = ['acceptInvitation', 'declineInvitation'].includes(field) || field.startsWith('staff');
    if (!isNamed || because(change.permission, asker)) return [askOf(field, change, asker, undefined)];
    return STATUSES.map(status => askOf(field, change, asker, status));
  });

function askOf(field: string, change: Change, asker: Asker, named: Status | undefined): Asked {
  const here = { field, named, alias: named ? `${field}_${named}` : field, ...change };
  const { permission, action, done = () => (action ? [action] : []), code = () => null } = change;
  const refused = refusal(permission, named ? { ...asker, named } : asker);
  // Founding a tenant is nothing to the one that the request acts in (SPEC T1).
  const own = asker.status === null || field === 'createTenant' ? null : 'own';
  if (refused) {
    const events = action ? [{ action, outcome: 'refused', code: refused.code, after: { permission, because: refused.because } }] : [];
    return { ...here, refused, events, log: named ? 'named' : own };
  }
  const rule = code(asker);
  // What is no refusal of an action, but a slip, isn't told (SPEC A1).
  if (rule)
    return {
      ...here,
      refused: { code: rule },
      events: action ? [{ action, outcome: 'refused', code: rule, after: {} }] : [],
      log: rule === 'BAD_USER_INPUT' ? null : own,
    };
  const events = done(asker).map(each => ({ action: each, outcome: 'done', code: null }));
  return { ...here, refused: null, events, log: named ? 'named' : field === 'createTenant' ? 'new' : own };
}

/** One document of them all. */
export const documentOf = (asks: readonly Asked[]): string => {
  const variables = asks.map(({ alias, field }) => `$${alias}: ${field[0]!.toUpperCase()}${field.slice(1)}Input!`);
  const fields = asks.map(({ alias, field, payload }) => `${alias === field ? '' : `${alias}: `}${field}(input: $${alias}) { ${payload} }`);
  return `mutation Change(${variables.join(', ')}) {\n${fields.join('\n')}\n}`;
};
