import type { Grant } from '../../access/grant.ts';
import { refusalOf } from '../../access/refusal.ts';
import type { UnitOfWork } from '../../database/index.ts';
import type { Prisma } from '../../generated/prisma/client.ts';
import { currentTenantAccess, RefusedError } from '../core/recheck.ts';
import { type AuditFilter, auditWhere } from './query.ts';

/** The columns of an exported event: those that the API shows. */
const COLUMNS = {
  ...{ tenantId: true, id: true, seq: true, at: true, action: true, outcome: true, code: true, rule: true },
  ...{ actorKind: true, actorId: true, actorName: true, targetType: true, targetId: true },
  ...{ stateBefore: true, stateAfter: true, requestId: true },
} as const;

export type ExportedEvent = Prisma.AuditEventGetPayload<{ select: typeof COLUMNS }>;

/** Events read at a time: an export holds so many in memory. */
const EXPORT_PAGE = 1_000;

/** The caller who exports, and the database bound to the tenant. */
export type Exporter = { readonly grant: Pick<Grant, 'principal' | 'tenantAccess'>; readonly work: UnitOfWork };

/**
 * Reads the events of the bound tenant's log that match a filter, oldest first, page by page, each
 * page when the consumer asks for it. Events appended after the start are left out. The permission
 * is checked again after each page is read and before the page is returned (SPEC R7, S5).
 *
 * @throws {RefusedError} when the caller doesn't hold `audit:read`, or no longer does.
 */
export async function* exportEvents(
  exporter: Exporter,
  filter: AuditFilter,
  size = EXPORT_PAGE,
): AsyncGenerator<readonly ExportedEvent[], void, undefined> {
  const refusal = refusalOf('audit:read', exporter.grant);
  if (refusal) throw new RefusedError(refusal);
  const { auditEvent } = exporter.work.db;
  const newest = (await auditEvent.findFirst({ orderBy: { seq: 'desc' }, select: { seq: true } }))?.seq ?? 0;
  const where = auditWhere(filter);
  for (let last = 0; last < newest; ) {
    const page = await auditEvent.findMany({
      where: { AND: [where, { seq: { gt: last, lte: newest } }] },
      orderBy: { seq: 'asc' },
      take: size,
      select: COLUMNS,
    });
    await checkAccess(exporter);
    if (page.length) yield page;
    last = page.length < size ? newest : page.at(-1)!.seq;
  }
}

/**
 * @throws {RefusedError} when the permission was lost since the request began, by a change of the
 * membership, its roles or the tenant.
 */
async function checkAccess({ grant: { principal }, work }: Exporter): Promise<void> {
  const refusal = refusalOf('audit:read', { principal, tenantAccess: await currentTenantAccess(work) });
  if (refusal) throw new RefusedError(refusal);
}
