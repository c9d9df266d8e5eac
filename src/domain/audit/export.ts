import type { Grant } from '../../access/grant.ts';
import { refusalOf } from '../../access/refusal.ts';
import type { UnitOfWork } from '../../database/index.ts';
import type { Prisma } from '../../generated/prisma/client.ts';
import { currentTenantAccess, RefusedError } from '../core/recheck.ts';
import { type AuditFilter, auditWhere } from './query.ts';

/** What of an event an export holds: what the API shows of it. */
const COLUMNS = {
  ...{ tenantId: true, id: true, seq: true, at: true, action: true, outcome: true, code: true, rule: true },
  ...{ actorKind: true, actorId: true, actorName: true, targetType: true, targetId: true },
  ...{ stateBefore: true, stateAfter: true, requestId: true },
} as const;

export type ExportedEvent = Prisma.AuditEventGetPayload<{ select: typeof COLUMNS }>;

/** Events that are read at once: what an export holds in memory. */
export const EXPORT_PAGE = 1_000;

/** Who exports, and from which log. */
export type Exporter = { readonly grant: Pick<Grant, 'principal' | 'tenantAccess'>; readonly work: UnitOfWork };

/**
 * The events of the bound tenant's log that a filter picks, oldest first, page by page, each read
 * when the one before is taken: the log as it was at the start, for what is appended meanwhile is
 * left out. The permission is looked at again after each page is read and before it is given away
 * (SPEC R7, S5).
 *
 * @throws {RefusedError} when `audit:read` isn't held, or is no longer.
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
    await checkStill(exporter);
    if (page.length) yield page;
    last = page.length < size ? newest : page.at(-1)!.seq;
  }
}

/**
 * @throws {RefusedError} when the permission went since the request began: with the membership, a
 * role, or the tenant.
 */
async function checkStill({ grant: { principal }, work }: Exporter): Promise<void> {
  const refusal = refusalOf('audit:read', { principal, tenantAccess: await currentTenantAccess(work) });
  if (refusal) throw new RefusedError(refusal);
}
