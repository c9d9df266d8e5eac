import type { Action } from '../../domain/audit/actions.ts';
import type { Prisma } from '../../generated/prisma/client.ts';
import { builder } from '../core/builder.ts';
import { AuditAction, AuditActor, AuditOutcome } from '../core/enums.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import type { Order } from '../core/page.ts';

/** The newest events first. The places of a log are numbers without a gap. */
export const NEWEST_FIRST: Order<'seq', number> = {
  key: 'seq',
  direction: 'desc',
  parse: text => (/^[1-9]\d{0,9}$/.test(text) && Number(text) <= 2 ** 31 - 1 ? Number(text) : null),
};

/** An event of the tenant's log. */
export const AuditEvent = builder.prismaNode('AuditEvent', {
  description: 'What somebody did in the tenant, or was refused.',
  tenantOf: (event: { tenantId: string }) => event.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'audit:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true, seq: true },
  fields: t => ({
    sequence: t.exposeInt('seq', {
      policy: 'audit:read',
      nullable: true,
      description: "The event's place in the tenant's log, from 1 without a gap.",
    }),
    at: t.expose('at', { type: 'DateTime', policy: 'audit:read', nullable: true }),
    action: t.field({
      type: AuditAction,
      policy: 'audit:read',
      nullable: true,
      select: { action: true },
      resolve: ({ action }) => action as Action,
    }),
    outcome: t.field({
      type: AuditOutcome,
      policy: 'audit:read',
      nullable: true,
      select: { outcome: true },
      resolve: ({ outcome }) => outcome as typeof AuditOutcome.$inferType,
    }),
    code: t.exposeString('code', {
      policy: 'audit:read',
      nullable: true,
      description: 'Why it was refused: an error code. Null where it was done.',
    }),
    rule: t.exposeString('rule', { policy: 'audit:read', nullable: true, description: "The specification's rule." }),
    actorKind: t.field({
      type: AuditActor,
      policy: 'audit:read',
      nullable: true,
      select: { actorKind: true },
      resolve: ({ actorKind }) => actorKind as typeof AuditActor.$inferType,
    }),
    actorId: t.exposeString('actorId', { policy: 'audit:read', nullable: true, description: 'What the filter `actorId` takes.' }),
    actorName: t.exposeString('actorName', { policy: 'audit:read', nullable: true, description: 'The name at the time.' }),
    targetType: t.exposeString('targetType', { policy: 'audit:read', nullable: true, description: 'What it was done to, if one thing.' }),
    targetId: t.exposeString('targetId', { policy: 'audit:read', nullable: true }),
    before: t.field({
      type: 'JSONObject',
      policy: 'audit:read',
      nullable: true,
      select: { stateBefore: true },
      resolve: ({ stateBefore }) => stateBefore as State,
    }),
    after: t.field({
      type: 'JSONObject',
      policy: 'audit:read',
      nullable: true,
      select: { stateAfter: true },
      resolve: ({ stateAfter }) => stateAfter as State,
    }),
    requestId: t.exposeString('requestId', {
      policy: 'audit:read',
      nullable: true,
      description: 'The request that did it; `job` where none did.',
    }),
  }),
});

type State = Prisma.JsonObject | null;
