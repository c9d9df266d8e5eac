import { auditWhere } from '../../domain/audit/query.ts';
import { builder } from '../core/builder.ts';
import type { PageArgs } from '../core/page.ts';
import { pageCost } from '../core/page-size.ts';
import { relatedPage } from '../core/related-page.ts';
import { Tenant } from '../tenant/tenant.ts';
import { AuditEvent, NEWEST_FIRST } from './audit-event.ts';
import { AuditAction, AuditOutcome } from './enums.ts';

export const AuditFilterInput = builder.inputType('AuditFilter', {
  description: 'Selects the events to list. All given conditions must hold.',
  fields: t => ({
    action: t.field({ type: [AuditAction], description: 'Any of these actions, done or refused.' }),
    actorId: t.string({ description: 'The `actorId` of an event.' }),
    outcome: t.field({ type: AuditOutcome }),
    from: t.field({ type: 'DateTime', description: 'Start of the period, inclusive.' }),
    until: t.field({ type: 'DateTime', description: 'End of the period, exclusive.' }),
  }),
});

builder.prismaObjectField(Tenant, 'auditEvents', t =>
  t.connection(
    {
      type: AuditEvent,
      policy: 'audit:read',
      nullable: true,
      description: 'The audit log of the tenant, newest first.',
      args: { filter: t.arg({ type: AuditFilterInput }) },
      complexity: pageCost,
      ...relatedPage({
        relation: 'auditEvents',
        type: 'AuditEvent',
        order: NEWEST_FIRST,
        where: ({ filter }: PageArgs & { filter?: typeof AuditFilterInput.$inferInput | null }) => auditWhere(filter ?? {}),
      }),
    },
    { name: 'TenantAuditEventsConnection' },
    { name: 'TenantAuditEventsEdge' },
  ),
);
