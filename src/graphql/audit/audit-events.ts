import { auditWhere } from '../../domain/audit/query.ts';
import { builder } from '../core/builder.ts';
import { AuditAction, AuditOutcome } from '../core/enums.ts';
import { type PageArgs, pageCost } from '../core/page.ts';
import { relatedPage } from '../core/related-page.ts';
import { Tenant } from '../tenant/tenant.ts';
import { AuditEvent, NEWEST_FIRST } from './audit-event.ts';

/** Which events to list. */
export const AuditFilterInput = builder.inputType('AuditFilter', {
  description: 'Which events to list: those for which everything given holds.',
  fields: t => ({
    action: t.field({ type: [AuditAction], description: 'One of these was done, or refused.' }),
    actorId: t.string({ description: "By whom: an event's `actorId`." }),
    outcome: t.field({ type: AuditOutcome }),
    from: t.field({ type: 'DateTime', description: 'From this moment on.' }),
    until: t.field({ type: 'DateTime', description: 'Until just before this moment.' }),
  }),
});

builder.prismaObjectField(Tenant, 'auditEvents', t =>
  t.connection(
    {
      type: AuditEvent,
      policy: 'audit:read',
      nullable: true,
      description: 'What was done in the tenant, and what was refused, newest first.',
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
