import type { PlanCode as Code, TenantStatus as Status } from '../../access/vocabulary.ts';
import type { UnitOfWork } from '../../database/index.ts';
import type { Action } from '../../domain/audit/actions.ts';
import { auditWhere } from '../../domain/audit/query.ts';
import { limitsOn } from '../../domain/plan/limits.ts';
import { memberCap } from '../../domain/plan/preview.ts';
import { NEWEST_FIRST } from '../audit/audit-event.ts';
import { AuditFilterInput } from '../audit/audit-events.ts';
import { AuditAction, AuditActor, AuditOutcome } from '../audit/enums.ts';
import { builder } from '../core/builder.ts';
import type { Context } from '../core/context.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import { page } from '../core/page.ts';
import { pageCost } from '../core/page-size.ts';
import { PlanCode } from '../plan/enums.ts';
import { CapUseType, PlanLimits } from '../plan/tenant-plan.ts';
import { TenantStatus } from '../tenant/tenant-status.ts';

export type StaffTenant = Awaited<ReturnType<typeof readTenant>> & object;

/** Reads a tenant's administrative data under its own binding; null if it doesn't exist. */
export async function readTenant(work: UnitOfWork) {
  const tenant = await work.db.tenant.findFirst({ include: { _count: { select: { memberships: true } } } });
  return tenant && { ...tenant, work };
}

const staff = { policy: 'staff:read-tenant', nullable: true } as const;

type Event = Awaited<ReturnType<UnitOfWork['db']['auditEvent']['findMany']>>[number];

const StaffAuditEvent = builder.node(builder.objectRef<Event>('StaffAuditEvent'), {
  description: "An entry of a tenant's audit log, as platform staff see it.",
  id: { resolve: rowId, policy: 'staff:read-tenant' },
  loadWithoutCache: (id, { work }) => work.within(rowOf(id).tenantId).db.auditEvent.findFirst({ where: { id: rowOf(id).id } }),
  fields: t => ({
    sequence: t.exposeInt('seq', staff),
    at: t.expose('at', { type: 'DateTime', ...staff }),
    action: t.field({ type: AuditAction, ...staff, resolve: ({ action }) => action as Action }),
    outcome: t.field({ type: AuditOutcome, ...staff, resolve: ({ outcome }) => outcome as typeof AuditOutcome.$inferType }),
    code: t.exposeString('code', staff),
    rule: t.exposeString('rule', staff),
    actorKind: t.field({ type: AuditActor, ...staff, resolve: ({ actorKind }) => actorKind as typeof AuditActor.$inferType }),
    actorName: t.exposeString('actorName', staff),
    requestId: t.exposeString('requestId', staff),
  }),
});

export const StaffTenantType = builder.node(builder.objectRef<StaffTenant>('StaffTenant'), {
  description: 'The administrative data of a tenant, for platform staff. It contains no datasets and no e-mail addresses.',
  id: { resolve: ({ id }) => id, policy: 'staff:read-tenant' },
  loadWithoutCache: (tenantId, { work }) => readTenant(work.within(tenantId)),
  fields: t => ({
    tenantId: t.exposeID('id', staff),
    slug: t.exposeString('slug', staff),
    name: t.exposeString('name', staff),
    status: t.field({ type: TenantStatus, ...staff, resolve: ({ status }) => status as Status }),
    statusReason: t.exposeString('statusReason', staff),
    statusChangedAt: t.expose('statusChangedAt', { type: 'DateTime', ...staff }),
    statusBefore: t.field({
      type: TenantStatus,
      ...staff,
      description: 'The status to which the tenant returns if its deletion is cancelled.',
      resolve: ({ statusBefore }) => statusBefore as Status | null,
    }),
    deletionDueAt: t.expose('deletionDueAt', { type: 'DateTime', ...staff }),
    plan: t.field({ type: PlanCode, ...staff, resolve: ({ planCode }) => planCode as Code }),
    planSince: t.expose('planSince', { type: 'DateTime', ...staff }),
    nextPlan: t.field({ type: PlanCode, ...staff, resolve: ({ nextPlanCode }) => nextPlanCode as Code | null }),
    nextPlanAt: t.expose('nextPlanDueAt', { type: 'DateTime', ...staff }),
    limits: t.field({ type: PlanLimits, ...staff, resolve: ({ work, planCode }) => limitsOn(work.db, planCode as Code) }),
    memberUse: t.field({
      type: CapUseType,
      ...staff,
      resolve: ({ work, planCode }, _args, { services }) => memberCap(work.db, planCode as Code, services.clock.now()),
    }),
    memberCount: t.int({ ...staff, resolve: ({ _count }) => _count.memberships }),
    sells: t.exposeBoolean('sells', staff),
    buys: t.exposeBoolean('buys', staff),
    createdAt: t.expose('createdAt', { type: 'DateTime', ...staff }),
    auditEvents: t.connection(
      {
        type: StaffAuditEvent,
        ...staff,
        args: { filter: t.arg({ type: AuditFilterInput }) },
        complexity: pageCost,
        resolve: ({ work }, { filter, ...args }) => {
          const where = auditWhere(filter ?? {});
          return page(
            args,
            NEWEST_FIRST,
            query => work.db.auditEvent.findMany({ ...query, where: { AND: [where, query.where] } }),
            () => work.db.auditEvent.count({ where }),
          );
        },
      },
      { name: 'StaffTenantAuditEventsConnection' },
      { name: 'StaffTenantAuditEventsEdge' },
    ),
  }),
});

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An id that no tenant has. */
const NO_TENANT = '00000000-0000-0000-0000-000000000000';

/** The unit of work bound to the tenant that staff name in an input. */
export const namedTenant = ({ work }: Context, { tenantId }: Readonly<Record<string, unknown>>): UnitOfWork =>
  work.within(tenantIdOf(String(tenantId)));

const tenantIdOf = (text: string) => (UUID.test(text.toLowerCase()) ? text.toLowerCase() : NO_TENANT);
