import { PLAN_CODES } from '../../../src/access/vocabulary.ts';
import type { TenantClient } from '../../../src/database/index.ts';

/** A read without conditions. */
export type Sum = (db: TenantClient) => Promise<unknown>;

/**
 * Reads without conditions, with the result in a tenant of three members on the plan STARTER beside
 * another tenant like it.
 */
// biome-ignore format: a table is read by its columns
export const AGGREGATES: readonly (readonly [string, unknown, Sum])[] = [
  ['tenants',                          1, async db => (await db.tenant.findMany()).length],
  ['tenants, counted',                 1, db => db.tenant.count()],
  ['tenants, counted by column', { _all: 1, statusReason: 1 }, db => db.tenant.count({ select: { _all: true, statusReason: true } })],
  ['tenants, aggregated',              1, async db => (await db.tenant.aggregate({ _count: true }))._count],
  ['tenants, grouped',               [1], async db => (await db.tenant.groupBy({ by: ['planCode'], _count: true })).map(({ _count }) => _count)],
  ['memberships',                      3, async db => (await db.membership.findMany()).length],
  ['memberships, told an empty filter', 3, async db => (await db.membership.findMany({ where: {} })).length],
  ['memberships, told no filter',      3, async db => (await db.membership.findMany({ where: undefined })).length],
  ['memberships, distinct tenants',    1, async db => (await db.membership.findMany({ distinct: ['tenantId'] })).length],
  ['memberships, grouped by tenant', [3], async db => (await db.membership.groupBy({ by: ['tenantId'], _count: true })).map(({ _count }) => _count)],
  ['memberships past the end',         0, async db => (await db.membership.findMany({ skip: 3 })).length],
  ['people',                           3, db => db.user.count()],
  ['people, grouped',                  3, async db => (await db.user.groupBy({ by: ['id'] })).length],
  ['plans',                            4, db => db.plan.count()],
  ['plans by any tenant',    ['STARTER'], async db => (await db.plan.findMany({ where: { tenants: { some: {} } } })).map(({ code }) => code)],
  ['plans by no tenant',               3, db => db.plan.count({ where: { tenants: { none: {} } } })],
  ['people by any membership',         3, db => db.user.count({ where: { memberships: { some: {} } } })],
  ['people by no membership',          0, db => db.user.count({ where: { memberships: { none: {} } } })],
  ['memberships of all people',        3, async db => (await db.user.findMany({ include: { memberships: true } })).flatMap(user => user.memberships).length],
  ['memberships of all people, selected', 3, async db => (await db.user.findMany({ select: { memberships: { select: { tenant: { select: { id: true } } } } } })).flatMap(user => user.memberships).length],
  ['tenants of all people',            1, async db => new Set((await db.user.findMany({ include: { memberships: { include: { tenant: true } } } })).flatMap(user => user.memberships.map(({ tenant }) => tenant.id))).size],
  ['tenants of all plans',             1, async db => (await db.plan.findMany({ include: { tenants: true } })).flatMap(plan => plan.tenants).length],
  ['tenants of all plans, five deep',  3, async db => (await db.plan.findMany({ select: { tenants: { select: { memberships: { select: { user: { select: { memberships: { select: { tenant: true } } } } } } } } } }))
    .flatMap(plan => plan.tenants).flatMap(tenant => tenant.memberships).flatMap(({ user }) => user.memberships).length],
  ['tenants of one\'s plan',           1, async db => (await db.tenant.findFirst({ include: { plan: { include: { tenants: true } } } }))?.plan.tenants.length],
  ['tenants of one\'s plan, counted',  1, async db => (await db.tenant.findFirst({ include: { plan: { include: { _count: true } } } }))?.plan._count.tenants],
  ['memberships of fellow members, counted', [1, 1, 1], async db => (await db.membership.findMany({ select: { user: { select: { _count: true } } } })).map(({ user }) => user._count.memberships)],
  ['memberships of people, counted', [1, 1, 1], async db => (await db.user.findMany({ select: { _count: { select: { memberships: true } } } })).map(({ _count }) => _count.memberships)],
  ['memberships of people, counted whole', [1, 1, 1], async db => (await db.user.findMany({ include: { _count: true } })).map(({ _count }) => _count.memberships)],
  ['tenants of each plan, counted', [0, 1, 0, 0], async db => (await db.plan.findMany({ orderBy: { rank: 'asc' }, select: { _count: { select: { tenants: true } } } })).map(({ _count }) => _count.tenants)],
  ['what nobody selects',      [PLAN_CODES.length, 0], async db => [(await db.plan.findMany({ include: { tenants: false, _count: false } })).length, await db.plan.count({ where: { tenants: { some: { memberships: { none: {} } } } } })]],
  ['invitations',                      1, db => db.invitation.count()],
  ['transfers',                        1, db => db.ownershipTransfer.count()],
  ['contracts',                        1, db => db.contract.count()],
  ['contracts, summed',               77, async db => (await db.contract.aggregate({ _sum: { memberLimit: true } }))._sum.memberLimit],
  ['keys',                             1, db => db.idempotencyKey.count()],
  ['events',                      [2, 1], async db => (await db.auditEvent.findMany({ orderBy: { seq: 'desc' } })).map(({ seq }) => seq)],
  ['events, grouped by tenant',      [2], async db => (await db.auditEvent.groupBy({ by: ['tenantId'], _count: true })).map(({ _count }) => _count)],
  ['events, the last of all',          2, async db => (await db.auditEvent.aggregate({ _max: { seq: true } }))._max.seq],
  ['tombstones with their receipts',   2, async db => (await db.tombstone.findMany({ include: { receipt: true } })).flatMap(({ receipt }) => receipt).length],
  ['receipts',                         2, db => db.purgeReceipt.count()],
  ['a tenant\'s life, included',       [1, 2, 1, 77], async db => (await db.tenant.findMany({ include: { invitations: true, auditEvents: true, idempotencyKeys: true, contract: true } }))
    .flatMap(tenant => [tenant.invitations.length, tenant.auditEvents.length, tenant.idempotencyKeys.length, tenant.contract?.memberLimit])],
  ['all that a tenant has, counted',
    { memberships: 3, invitations: 1, auditEvents: 2, idempotencyKeys: 1, datasets: 1, staleObjects: 1, earnings: 2, usageRecords: 2, charges: 2, trustedDocuments: 1, webhooks: 1, entitlements: 1, retrievalCounts: 2, apiKeys: 1 },
    async db => (await db.tenant.findFirst({ include: { _count: true } }))?._count],
  ['invitations of all plans\' tenants', 1, async db => (await db.plan.findMany({ select: { tenants: { select: { invitations: true } } } })).flatMap(({ tenants }) => tenants).flatMap(({ invitations }) => invitations).length],
  ['transfers of all people\'s memberships', 1, async db => (await db.user.findMany({ select: { memberships: { select: { gaining: true } } } })).flatMap(({ memberships }) => memberships).flatMap(({ gaining }) => gaining).length],
  ['plans by any invitation',  ['STARTER'], async db => (await db.plan.findMany({ where: { tenants: { some: { invitations: { some: {} } } } } })).map(({ code }) => code)],
  ['members by name',                  3, async db => (await db.membership.findMany({ orderBy: { user: { name: 'asc' } } })).length],
  ['tenants by members',               1, async db => (await db.tenant.findMany({ orderBy: { memberships: { _count: 'desc' } } })).length],
];
