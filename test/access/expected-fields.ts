import type { PermissionName } from './expectation.ts';

/** What a field needs: a permission; nothing (`public`); or nothing of its own, as a wrapper that only a guarded field leads to. */
export type Need = PermissionName | 'public' | 'as-parent';

type Needs = Readonly<Record<string, Need>>;

/** These fields, all of which need the same. */
const all = (need: Need, names: string): Needs => Object.fromEntries(names.split(' ').map(name => [name, need]));

/** The wrappers of a connection's pages. */
const connection = (name: string): Readonly<Record<string, Needs>> => ({
  [`${name}Connection`]: all('as-parent', 'edges pageInfo totalCount'),
  [`${name}Edge`]: all('as-parent', 'cursor node'),
});

const LIMITS = 'memberLimit apiKeyLimit datasetLimit monthlyRetrievals costPointsPerMinute';

// biome-ignore format: a table is read by its columns
const BY_TYPE: Readonly<Record<string, Needs>> = {
  Query: {
    ...all('public', 'viewer plans roles permissions node nodes'),
    tenant: 'tenant:read',
    ...all('staff:read-tenant', 'staffTenant staffTombstone'),
  },
  Mutation: {
    createTenant:             'tenant:create',
    renameTenant:             'tenant:rename',
    setBillingEmail:          'billing-contact:update',
    changePlan:               'plan:change',
    cancelPlanChange:         'plan:change',
    setMemberRoles:           'member:set-roles',
    removeMember:             'member:remove',
    dropRoles:                'member:drop-roles',
    leaveTenant:              'member:leave',
    inviteMember:             'invitation:create',
    revokeInvitation:         'invitation:revoke',
    acceptInvitation:         'invitation:accept',
    declineInvitation:        'invitation:decline',
    requestOwnershipTransfer: 'ownership:transfer',
    confirmOwnershipTransfer: 'ownership:transfer',
    cancelOwnershipTransfer:  'ownership:transfer',
    requestTenantDeletion:    'deletion:request',
    cancelTenantDeletion:     'deletion:cancel',
    setTenantSides:           'tenant:set-sides',
    createDataset:            'dataset:write',
    updateDataset:            'dataset:write',
    deleteDataset:            'dataset:delete',
    addObject:                'dataset:write',
    completeObject:           'dataset:write',
    removeObject:             'dataset:delete',
    draftListing:             'listing:write',
    updateListing:            'listing:write',
    publishListing:           'listing:publish',
    withdrawListing:          'listing:publish',
    staffSuspendTenant:       'staff:suspend',
    staffResumeTenant:        'staff:resume',
    staffRenameTenant:        'staff:rename',
    staffArrangeEnterprise:   'staff:arrange-plan',
  },
  Node: { id: 'as-parent' },

  Tenant: {
    ...all('tenant:read', 'id tenantId slug name status statusReason statusChangedAt deletionDueAt sells buys createdAt'),
    ...all('plan:read', 'plan planSince nextPlan nextPlanAt planPreview limits memberUse datasetUse'),
    ...all('dataset:count', 'datasetCount publishedListingCount'),
    datasets:          'dataset:read',
    billingEmail:      'billing-contact:read',
    memberCount:       'member:count',
    memberships:       'member:list',
    invitations:       'invitation:list',
    ownershipTransfer: 'ownership:transfer',
    auditEvents:       'audit:read',
  },
  Membership:        all('member:list', 'id roles user joinedAt'),
  User:              { ...all('member:list', 'id name'), email: 'member:read-email' },
  Invitation:        all('invitation:list', 'id email roles invitedBy createdAt expiresAt sentAt'),
  OwnershipTransfer: all('ownership:transfer', 'to createdAt expiresAt'),
  AuditEvent:        all('audit:read', 'id sequence at action outcome code rule actorKind actorId actorName targetType targetId before after requestId'),
  Dataset:           all('dataset:read', 'id name description createdAt updatedAt objectCount objects listing'),
  DataObject:        { ...all('dataset:read', 'id name size mediaType sha256 createdAt storedAt dataset'), upload: 'dataset:write' },
  Upload:            all('public', 'url headers expiresAt'),
  UploadHeader:      all('public', 'name value'),
  Listing:           all('dataset:read', 'id status title summary tags price createdAt updatedAt publishedAt dataset'),
  Money:             all('public', 'amount currency'),
  ...connection('TenantDatasets'),
  ...connection('DatasetObjects'),
  ...connection('TenantMemberships'),
  ...connection('TenantInvitations'),
  ...connection('TenantAuditEvents'),
  PageInfo: all('as-parent', 'startCursor endCursor hasNextPage hasPreviousPage'),

  StaffTenant: all('staff:read-tenant',
    'tenantId slug name status statusReason statusChangedAt statusBefore deletionDueAt plan planSince nextPlan nextPlanAt limits memberUse memberCount sells buys createdAt auditEvents'),
  StaffAuditEvent: all('staff:read-tenant', 'sequence at action outcome code rule actorKind actorName requestId'),
  ...connection('StaffTenantAuditEvents'),
  Tombstone:       all('staff:read-tenant', 'tenantId createdAt deletionRequestedAt deletedAt purgedAt receipt'),
  PurgeReceipt:    all('staff:read-tenant', 'table rows'),

  CreateTenantPayload:             all('public', 'membership'),
  RenameTenantPayload:             all('tenant:read', 'tenant'),
  SetBillingEmailPayload:          all('tenant:read', 'tenant'),
  ChangePlanPayload:               all('tenant:read', 'tenant'),
  CancelPlanChangePayload:         all('tenant:read', 'tenant'),
  SetMemberRolesPayload:           all('member:list', 'membership'),
  RemoveMemberPayload:             all('public', 'removedMembershipId'),
  DropRolesPayload:                all('public', 'roles'),
  LeaveTenantPayload:              all('public', 'leftTenantId'),
  InviteMemberPayload:             all('invitation:list', 'invitation'),
  RevokeInvitationPayload:         all('public', 'revokedInvitationId'),
  AcceptInvitationPayload:         all('public', 'membership'),
  DeclineInvitationPayload:        all('public', 'declined'),
  RequestOwnershipTransferPayload: all('ownership:transfer', 'code expiresAt'),
  ConfirmOwnershipTransferPayload: all('tenant:read', 'tenant'),
  CancelOwnershipTransferPayload:  all('tenant:read', 'tenant'),
  RequestTenantDeletionPayload:    all('tenant:read', 'tenant'),
  CancelTenantDeletionPayload:     all('tenant:read', 'tenant'),
  SetTenantSidesPayload:           all('tenant:read', 'tenant'),
  CreateDatasetPayload:            all('dataset:read', 'dataset'),
  UpdateDatasetPayload:            all('dataset:read', 'dataset'),
  DeleteDatasetPayload:            all('public', 'deletedDatasetId'),
  AddObjectPayload:                all('dataset:read', 'object'),
  CompleteObjectPayload:           all('dataset:read', 'object'),
  RemoveObjectPayload:             all('public', 'removedObjectId'),
  DraftListingPayload:             all('dataset:read', 'listing'),
  UpdateListingPayload:            all('dataset:read', 'listing'),
  PublishListingPayload:           all('dataset:read', 'listing'),
  WithdrawListingPayload:          all('dataset:read', 'listing'),
  StaffSuspendTenantPayload:       all('staff:read-tenant', 'tenant'),
  StaffResumeTenantPayload:        all('staff:read-tenant', 'tenant'),
  StaffRenameTenantPayload:        all('staff:read-tenant', 'tenant'),
  StaffArrangeEnterprisePayload:   all('staff:read-tenant', 'tenant'),

  Viewer:           all('public', 'principal name email emailVerified membership memberships permissions can refusal'),
  ViewerMembership: all('public', 'tenantId slug name status statusReason plan sells buys roles joinedAt'),
  Refusal:          all('public', 'code message because roles statuses plans tenantStatus'),
  Plan:             all('public', `code name features support ${LIMITS}`),
  PlanLimits:       all('public', LIMITS),
  PlanPreview:      all('public', 'plan kind takesEffectAt members datasets featuresLost'),
  CapUse:           all('public', 'limit used over'),
  Role:             all('public', 'name description permissions'),
  Permission:       all('public', 'name meaning needsTenant principals roles statuses plans'),
};

/** Every field of every type, as `Type.field`, and what it needs: written by hand, as the permissions are (expectation.ts). */
export const FIELDS: Readonly<Record<string, Need>> = Object.fromEntries(
  Object.entries(BY_TYPE).flatMap(([type, fields]) => Object.entries(fields).map(([field, need]) => [`${type}.${field}`, need])),
);
