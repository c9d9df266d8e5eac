import type { TenantClient } from '../../../src/database/index.ts';
import { ISSUER, type Side, type Target } from './isolation.ts';

/**
 * A client of tenant `own`, asked about `target`, which is another tenant or none at all. The
 * answers must be the same.
 */
export type Trial = (db: TenantClient, target: Target, own: Side) => Promise<unknown>;

/** Questions that name rows of the other tenant. What the answer must be stands beside each one. */
// biome-ignore format: a table is read by its columns
export const READS: readonly (readonly [string, unknown, Trial])[] = [
  ['tenant by id',                      null, (db, t) => db.tenant.findUnique({ where: { id: t.tenantId } })],
  ['tenant by id and slug',             null, (db, t) => db.tenant.findUnique({ where: { id: t.tenantId, slug: t.slug } })],
  ['tenant by id, first',               null, (db, t) => db.tenant.findFirst({ where: { id: t.tenantId } })],
  ['tenant by slug',                    null, (db, t) => db.tenant.findFirst({ where: { slug: t.slug } })],
  ['tenant by name in lower case',      null, (db, t) => db.tenant.findFirst({ where: { name: { contains: t.name.toLowerCase(), mode: 'insensitive' } } })],
  ['tenant by billing address',         null, (db, t) => db.tenant.findFirst({ where: { billingEmail: t.billingEmail } })],
  ['tenant by reason of its status',    null, (db, t) => db.tenant.findFirst({ where: { statusReason: { startsWith: t.statusReason } } })],
  ['tenants in a list',                   [], (db, t) => db.tenant.findMany({ where: { id: { in: [t.tenantId] } } })],
  ['tenants by OR',                        1, async (db, t, own) => (await db.tenant.findMany({ where: { OR: [{ id: t.tenantId }, { id: own.tenantId }] } })).length],
  ['tenants by OR beside AND',             0, (db, t) => db.tenant.count({ where: { AND: [{ OR: [{ id: t.tenantId }] }], OR: [{ id: t.tenantId }, { slug: t.slug }] } })],
  ['tenants by AND, not in an array',      0, (db, t) => db.tenant.count({ where: { AND: { id: t.tenantId } } })],
  ['tenants that are not one\'s own',     [], (db, _, own) => db.tenant.findMany({ where: { NOT: { id: own.tenantId } } })],
  ['tenants by NOT in NOT',                0, (db, t) => db.tenant.count({ where: { NOT: [{ NOT: { id: t.tenantId } }] } })],
  ['tenants by a member',                  0, (db, t) => db.tenant.count({ where: { memberships: { some: { userId: t.userId } } } })],
  ['tenants by who is not a member',       1, (db, t) => db.tenant.count({ where: { memberships: { none: { userId: t.userId } } } })],
  ['tenants by a member\'s name',          0, (db, t) => db.tenant.count({ where: { memberships: { some: { user: { is: { name: t.personName } } } } } })],
  ['tenants by their plan\'s tenants',     0, (db, t) => db.tenant.count({ where: { plan: { tenants: { some: { id: t.tenantId } } } } })],
  ['tenants by none of their plan\'s',     1, (db, t) => db.tenant.count({ where: { plan: { is: { tenants: { none: { slug: t.slug } } } } } })],
  ['tenants by every one of their plan\'s', 1, (db, _, own) => db.tenant.count({ where: { plan: { tenants: { every: { id: own.tenantId } } } } })],
  ['tenants by their plan\'s, in OR',        0, (db, t) => db.tenant.count({ where: { OR: [{ plan: { tenants: { some: { id: t.tenantId } } } }] } })],
  ['tenants by their plan\'s, in NOT',       1, (db, t) => db.tenant.count({ where: { NOT: [{ plan: { tenants: { some: { id: t.tenantId } } } }] } })],
  ['tenants by their plan\'s, in AND',       0, (db, t) => db.tenant.count({ where: { AND: { plan: { tenants: { some: { id: t.tenantId } } } } } })],
  ['tenants by what their plan is not',    1, (db, t) => db.tenant.count({ where: { plan: { isNot: { tenants: { some: { id: t.tenantId } } } } } })],
  ['counts of tenants',   { _count: 0, _min: { name: null }, _max: { slug: null } }, (db, t) => db.tenant.aggregate({ where: { id: t.tenantId }, _count: true, _min: { name: true }, _max: { slug: true } })],
  ['groups of tenants',                   [], (db, t) => db.tenant.groupBy({ by: ['id', 'name'], where: { OR: [{ id: t.tenantId }] }, _count: true })],
  ['members inside of one\'s tenant',     [], async (db, t) => (await db.tenant.findFirst({ include: { memberships: { where: { userId: t.userId } } } }))?.memberships],
  ['counts inside of one\'s tenant', { memberships: 0 }, async (db, t) => (await db.tenant.findFirst({ select: { _count: { select: { memberships: { where: { OR: [{ tenantId: t.tenantId }] } } } } } }))?._count],

  ['membership by its key',             null, (db, t) => db.membership.findUnique({ where: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } } })],
  ['membership by own tenant, other\'s id', null, (db, t, own) => db.membership.findUnique({ where: { tenantId_id: { tenantId: own.tenantId, id: t.membershipId } } })],
  ['membership by other tenant, own id', null, (db, t, own) => db.membership.findUnique({ where: { tenantId_id: { tenantId: t.tenantId, id: own.membershipId } } })],
  ['membership by person',              null, (db, t) => db.membership.findUnique({ where: { tenantId_userId: { tenantId: t.tenantId, userId: t.userId } } })],
  ['membership by person in own tenant', null, (db, t, own) => db.membership.findUnique({ where: { tenantId_userId: { tenantId: own.tenantId, userId: t.userId } } })],
  ['membership by id',                  null, (db, t) => db.membership.findFirst({ where: { id: t.membershipId } })],
  ['memberships of a tenant',             [], (db, t) => db.membership.findMany({ where: { tenantId: t.tenantId } })],
  ['memberships by OR',                    3, (db, t, own) => db.membership.count({ where: { OR: [{ tenantId: t.tenantId }, { tenantId: own.tenantId }, {}] } })],
  ['memberships in other tenants',        [], (db, _, own) => db.membership.findMany({ where: { tenantId: { not: own.tenantId } } })],
  ['memberships by tenant',                0, (db, t) => db.membership.count({ where: { tenant: { is: { id: t.tenantId } } } })],
  ['memberships by another tenant\'s name', 0, (db, t) => db.membership.count({ where: { tenant: { name: t.name } } })],
  ['memberships by what tenant it is not', 3, (db, t) => db.membership.count({ where: { tenant: { isNot: { slug: t.slug } } } })],
  ['memberships by where else one is',     0, (db, t) => db.membership.count({ where: { user: { memberships: { some: { tenantId: t.tenantId } } } } })],
  ['memberships by where else one is, told twice', 0, (db, t) => db.membership.count({ where: { user: { is: { memberships: { some: { tenant: { slug: t.slug } } } } } } })],
  ['memberships by where one is not',      3, (db, t) => db.membership.count({ where: { user: { memberships: { none: { tenantId: t.tenantId } } } } })],
  ['memberships by being nowhere else',    3, (db, _, own) => db.membership.count({ where: { user: { memberships: { every: { tenantId: own.tenantId } } } } })],
  ['memberships by a name',                0, (db, t) => db.membership.count({ where: { user: { name: { contains: t.personName, mode: 'insensitive' } } } })],
  ['counts of memberships',      { _count: 0 }, (db, t) => db.membership.aggregate({ where: { tenantId: t.tenantId }, _count: true })],
  ['groups of memberships',               [], (db, t) => db.membership.groupBy({ by: ['tenantId'], where: { tenantId: t.tenantId }, _count: { _all: true } })],
  ['groups of memberships by having',     [], (db, t) => db.membership.groupBy({ by: ['tenantId'], having: { tenantId: t.tenantId }, _count: { _all: true } })],
  ['memberships from a cursor by key',    [], (db, t) => db.membership.findMany({ cursor: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } } })],
  ['memberships from a cursor by person', [], (db, t) => db.membership.findMany({ cursor: { tenantId_userId: { tenantId: t.tenantId, userId: t.userId } }, orderBy: { createdAt: 'desc' } })],
  ['memberships from a cursor, backwards', [], (db, t) => db.membership.findMany({ cursor: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } }, take: -5 })],
  ['members from a nested cursor',        [], async (db, t) => (await db.tenant.findFirst({ select: { memberships: { cursor: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } } } } }))?.memberships],

  ['invitation by its key',             null, (db, t) => db.invitation.findUnique({ where: { tenantId_id: { tenantId: t.tenantId, id: t.invitationId } } })],
  ['invitation by own tenant, other\'s id', null, (db, t, own) => db.invitation.findUnique({ where: { tenantId_id: { tenantId: own.tenantId, id: t.invitationId } } })],
  ['invitation by its address',         null, (db, t) => db.invitation.findFirst({ where: { email: t.inviteeEmail } })],
  ['invitation by tenant and address',  null, (db, t) => db.invitation.findUnique({ where: { tenantId_email: { tenantId: t.tenantId, email: t.inviteeEmail } } })],
  ['invitations by who invited',          [], (db, t) => db.invitation.findMany({ where: { inviter: { contains: t.inviter, mode: 'insensitive' } } })],
  ['invitations by OR',                    1, (db, t) => db.invitation.count({ where: { OR: [{ tenantId: t.tenantId }, { email: { contains: '@' } }] } })],
  ['invitations by their tenant',          0, (db, t) => db.invitation.count({ where: { tenant: { slug: t.slug } } })],
  ['invitations by their tenant\'s plan\'s', 0, (db, t) => db.invitation.count({ where: { tenant: { plan: { tenants: { some: { invitations: { some: { email: t.inviteeEmail } } } } } } } })],
  ['tenants by an invitation',             0, (db, t) => db.tenant.count({ where: { invitations: { some: { email: t.inviteeEmail } } } })],
  ['plans by an invitation',               0, (db, t) => db.plan.count({ where: { tenants: { some: { invitations: { some: { id: t.invitationId } } } } } })],
  ['people by an invitation of theirs',    0, (db, t) => db.user.count({ where: { memberships: { some: { tenant: { invitations: { some: { email: t.inviteeEmail } } } } } } })],
  ['groups of invitations',               [], (db, t) => db.invitation.groupBy({ by: ['email'], having: { email: t.inviteeEmail } })],
  ['transfer of its tenant',            null, (db, t) => db.ownershipTransfer.findUnique({ where: { tenantId: t.tenantId } })],
  ['transfer by its recipient',         null, (db, t) => db.ownershipTransfer.findFirst({ where: { toMembershipId: t.membershipId } })],
  ['transfers by a member',                0, (db, t) => db.ownershipTransfer.count({ where: { OR: [{ to: { userId: t.userId } }, { from: { tenantId: t.tenantId } }] } })],
  ['tenants by a transfer',                0, (db, t) => db.tenant.count({ where: { ownershipTransfer: { is: { toMembershipId: t.membershipId } } } })],
  ['tenants without that transfer',        1, (db, t) => db.tenant.count({ where: { ownershipTransfer: { isNot: { toMembershipId: t.membershipId } } } })],
  ['members who are to gain there',        0, (db, t) => db.membership.count({ where: { gaining: { some: { tenantId: t.tenantId } } } })],
  ['contract of its tenant',            null, (db, t) => db.contract.findUnique({ where: { tenantId: t.tenantId } })],
  ['contracts by their tenant',            0, (db, t) => db.contract.count({ where: { tenant: { is: { name: t.name } } } })],
  ['sums of contracts', { _sum: { memberLimit: null } }, (db, t) => db.contract.aggregate({ where: { tenantId: t.tenantId }, _sum: { memberLimit: true } })],
  ['key by its hash',                   null, (db, t) => db.idempotencyKey.findUnique({ where: { tenantId_keyHash: { tenantId: t.tenantId, keyHash: Buffer.from(t.keyHash, 'hex') } } })],
  ['key by its hash alone',             null, (db, t) => db.idempotencyKey.findFirst({ where: { keyHash: Buffer.from(t.keyHash, 'hex') } })],
  ['event by its key',                  null, (db, t) => db.auditEvent.findUnique({ where: { tenantId_id: { tenantId: t.tenantId, id: t.eventId } } })],
  ['event by its place there',          null, (db, t) => db.auditEvent.findUnique({ where: { tenantId_seq: { tenantId: t.tenantId, seq: 1 } } })],
  ['events by actor',                     [], (db, t) => db.auditEvent.findMany({ where: { actorId: t.actorId } })],
  ['events by actor\'s name',              0, (db, t) => db.auditEvent.count({ where: { actorName: { startsWith: t.actorName } } })],
  ['events by what they were done to',     0, (db, t) => db.auditEvent.count({ where: { targetId: t.tenantId } })],
  ['events by a state',                    0, (db, t) => db.auditEvent.count({ where: { stateAfter: { path: ['name'], equals: t.state } } })],
  ['events by request',                    0, (db, t) => db.auditEvent.count({ where: { OR: [{ requestId: t.requestId }, { tenant: { slug: t.slug } }] } })],
  ['events of everybody but oneself',      0, (db, _, own) => db.auditEvent.count({ where: { NOT: { tenantId: own.tenantId } } })],
  ['tenants by an event',                  0, (db, t) => db.tenant.count({ where: { auditEvents: { some: { actorId: t.actorId } } } })],
  ['counts inside of one\'s tenant, of life', { invitations: 0, auditEvents: 0, idempotencyKeys: 0 }, async (db, t) => (await db.tenant.findFirst({ select: { _count: { select: { invitations: { where: { email: t.inviteeEmail } }, auditEvents: { where: { actorId: t.actorId } }, idempotencyKeys: { where: { tenantId: t.tenantId } } } } } }))?._count],
  ['tombstone',                         null, (db, t) => db.tombstone.findUnique({ where: { tenantId: t.tenantId } })],
  ['tombstones by a receipt',              0, (db, t) => db.tombstone.count({ where: { receipt: { some: { tenantId: t.tenantId } } } })],
  ['receipt of its tenant',             null, (db, t) => db.purgeReceipt.findUnique({ where: { tenantId_table: { tenantId: t.tenantId, table: 'tenant' } } })],
  ['receipts by their tombstone',          0, (db, t) => db.purgeReceipt.count({ where: { tombstone: { is: { tenantId: t.tenantId } } } })],

  ['person by id',                      null, (db, t) => db.user.findUnique({ where: { id: t.userId } })],
  ['person by issuer and subject',      null, (db, t) => db.user.findUnique({ where: { issuer_subject: { issuer: ISSUER, subject: t.subject } } })],
  ['person by address',                 null, (db, t) => db.user.findFirst({ where: { email: t.email } })],
  ['people by OR',                         3, (db, t) => db.user.count({ where: { OR: [{ id: t.userId }, { name: { contains: '' } }] } })],
  ['people by a tenant',                   0, (db, t) => db.user.count({ where: { memberships: { some: { tenantId: t.tenantId } } } })],
  ['people by a tenant, deeper',           0, (db, t) => db.user.count({ where: { memberships: { some: { tenant: { is: { plan: { tenants: { some: { id: t.tenantId } } } } } } } } })],
  ['people by not being in a tenant',      3, (db, t) => db.user.count({ where: { memberships: { none: { tenantId: t.tenantId } } } })],
  ['people by being nowhere else',         3, (db, _, own) => db.user.count({ where: { memberships: { every: { tenantId: own.tenantId } } } })],
  ['people by every one\'s plan\'s tenants',  3, (db, t) => db.user.count({ where: { memberships: { every: { tenant: { plan: { tenants: { none: { id: t.tenantId } } } } } } } })],
  ['people by NOT nowhere else',           0, (db, _, own) => db.user.count({ where: { NOT: { memberships: { every: { tenantId: own.tenantId } } } } })],
  ['counts of people',           { _count: 0 }, (db, t) => db.user.aggregate({ where: { id: t.userId }, _count: true })],
  ['groups of people',                    [], (db, t) => db.user.groupBy({ by: ['email', 'name'], where: { id: t.userId } })],

  ['plans by a tenant',                    0, (db, t) => db.plan.count({ where: { tenants: { some: { id: t.tenantId } } } })],
  ['plans by a tenant\'s name',            0, (db, t) => db.plan.count({ where: { tenants: { some: { name: t.name } } } })],
  ['plans by not having a tenant',         4, (db, t) => db.plan.count({ where: { tenants: { none: { id: t.tenantId } } } })],
  ['plans by having no tenant but one\'s own', 4, (db, _, own) => db.plan.count({ where: { tenants: { every: { id: own.tenantId } } } })],
  ['plans by a tenant\'s member',          0, (db, t) => db.plan.count({ where: { tenants: { some: { memberships: { some: { userId: t.userId } } } } } })],
  ['a plan\'s tenants',                   [], async (db, t) => (await db.plan.findUnique({ where: { code: 'STARTER' }, select: { tenants: { where: { id: t.tenantId } } } }))?.tenants],
  ['a plan\'s tenants counted',            0, async (db, t) => (await db.plan.findFirst({ where: { code: 'STARTER' }, select: { _count: { select: { tenants: { where: { id: t.tenantId } } } } } }))?._count.tenants],
];

/**
 * Cursors at a person: PostgreSQL would look up the row under the cursor whether or not it may be
 * seen.
 */
// biome-ignore format: a table is read by its columns
export const PERSON_CURSORS: readonly (readonly [string, Trial])[] = [
  ['by id',             (db, t) => db.user.findMany({ cursor: { id: t.userId } })],
  ['by name and id',    (db, t) => db.user.findMany({ cursor: { id: t.userId }, orderBy: [{ name: 'asc' }, { id: 'asc' }] })],
  ['by name downwards', (db, t) => db.user.findMany({ cursor: { id: t.userId }, orderBy: [{ name: 'desc' }, { id: 'asc' }] })],
  ['by subject',        (db, t) => db.user.findMany({ cursor: { issuer_subject: { issuer: ISSUER, subject: t.subject } }, orderBy: [{ issuer: 'asc' }, { subject: 'desc' }] })],
  ['backwards',         (db, t) => db.user.findMany({ cursor: { id: t.userId }, orderBy: { id: 'asc' }, take: -9, skip: 1 })],
];

/**
 * Cursors at a tenant's rows: a place in one's own tenant, or nowhere, but the same as for what
 * does not exist.
 */
// biome-ignore format: a table is read by its columns
export const CURSORS: readonly (readonly [string, Trial])[] = [
  ['tenants by id',              (db, t) => db.tenant.findMany({ cursor: { id: t.tenantId } })],
  ['tenants by id downwards',    (db, t) => db.tenant.findMany({ cursor: { id: t.tenantId }, orderBy: { id: 'desc' } })],
  ['tenants by name',            (db, t) => db.tenant.findMany({ cursor: { id: t.tenantId }, orderBy: [{ name: 'asc' }, { id: 'asc' }] })],
  ['tenants by name downwards',  (db, t) => db.tenant.findMany({ cursor: { id: t.tenantId }, orderBy: [{ name: 'desc' }, { id: 'asc' }] })],
  ['tenants of a plan',          async (db, t) => (await db.plan.findUnique({ where: { code: 'STARTER' }, select: { tenants: { cursor: { id: t.tenantId }, orderBy: { id: 'asc' } } } }))?.tenants],
  ['tenants, counted',           (db, t) => db.tenant.count({ cursor: { id: t.tenantId }, orderBy: { id: 'asc' } })],
  ['tenants, counted downwards', (db, t) => db.tenant.count({ cursor: { id: t.tenantId }, orderBy: { id: 'desc' } })],
  ['memberships by key',         (db, t) => db.membership.findMany({ cursor: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } }, orderBy: [{ tenantId: 'asc' }, { id: 'asc' }] })],
  ['invitations by key',         (db, t) => db.invitation.findMany({ cursor: { tenantId_id: { tenantId: t.tenantId, id: t.invitationId } }, orderBy: { id: 'asc' } })],
  ['invitations by address',     (db, t) => db.invitation.findMany({ cursor: { tenantId_email: { tenantId: t.tenantId, email: t.inviteeEmail } }, orderBy: { email: 'desc' } })],
  ['events by key',              (db, t) => db.auditEvent.findMany({ cursor: { tenantId_id: { tenantId: t.tenantId, id: t.eventId } }, orderBy: { seq: 'desc' } })],
  ['keys by hash',               (db, t) => db.idempotencyKey.findMany({ cursor: { tenantId_keyHash: { tenantId: t.tenantId, keyHash: Buffer.from(t.keyHash, 'hex') } }, orderBy: { keyHash: 'asc' } })],
  ['memberships by key downwards', (db, t) => db.membership.findMany({ cursor: { tenantId_id: { tenantId: t.tenantId, id: t.membershipId } }, orderBy: [{ tenantId: 'desc' }, { id: 'desc' }] })],
];
