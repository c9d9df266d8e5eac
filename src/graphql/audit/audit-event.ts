import { builder } from '../core/builder.ts';
import { columnOf } from '../core/columns.ts';
import type { Order } from '../core/cursor.ts';
import { rowId, rowOf } from '../core/global-id.ts';
import { AuditAction, AuditActor, AuditOutcome } from './enums.ts';

/** Newest first, by the sequence number in the tenant's log. */
export const NEWEST_FIRST: Order<'seq', number> = {
  key: 'seq',
  direction: 'desc',
  parse: text => (/^[1-9]\d{0,9}$/.test(text) && Number(text) <= 2 ** 31 - 1 ? Number(text) : null),
};

export const AuditEvent = builder.prismaNode('AuditEvent', {
  description: "An entry of the tenant's audit log: an action that was done, or refused.",
  tenantOf: (event: { tenantId: string }) => event.tenantId,
  nullable: true,
  id: { resolve: rowId, policy: 'audit:read' },
  findUnique: id => ({ tenantId_id: rowOf(id) }),
  select: { tenantId: true, id: true, seq: true },
  fields: t => ({
    sequence: t.exposeInt('seq', {
      policy: 'audit:read',
      nullable: true,
      description: "The number of the event in the tenant's log. Numbers start at 1 and have no gaps.",
    }),
    at: t.expose('at', { type: 'DateTime', policy: 'audit:read', nullable: true }),
    action: t.field({
      type: AuditAction,
      policy: 'audit:read',
      nullable: true,
      ...columnOf('action'),
    }),
    outcome: t.field({
      type: AuditOutcome,
      policy: 'audit:read',
      nullable: true,
      ...columnOf('outcome'),
    }),
    code: t.exposeString('code', {
      policy: 'audit:read',
      nullable: true,
      description: 'The error code of a refused action. Null if the action was done.',
    }),
    rule: t.exposeString('rule', {
      policy: 'audit:read',
      nullable: true,
      description: "The rule of the gateway's specification that the action follows, such as `R4`.",
    }),
    actorKind: t.field({
      type: AuditActor,
      policy: 'audit:read',
      nullable: true,
      ...columnOf('actorKind'),
    }),
    actorId: t.exposeString('actorId', {
      policy: 'audit:read',
      nullable: true,
      description: 'Identifies the actor, for `AuditFilter.actorId`.',
    }),
    actorName: t.exposeString('actorName', {
      policy: 'audit:read',
      nullable: true,
      description: 'The name of the actor when the event happened.',
    }),
    targetType: t.exposeString('targetType', {
      policy: 'audit:read',
      nullable: true,
      description: 'The type of the object that the action changed, such as `Membership`. Null if there is no single one.',
    }),
    targetId: t.exposeString('targetId', {
      policy: 'audit:read',
      nullable: true,
      description: 'The id of that object within its type (not a global id).',
    }),
    before: t.field({
      type: 'JSONObject',
      policy: 'audit:read',
      nullable: true,
      description: 'The values that the action changed, as they were before. Null if there were none.',
      ...columnOf('stateBefore'),
    }),
    after: t.field({
      type: 'JSONObject',
      policy: 'audit:read',
      nullable: true,
      description: 'The values after the action, or details of a refusal. Null if there are none.',
      ...columnOf('stateAfter'),
    }),
    requestId: t.exposeString('requestId', {
      policy: 'audit:read',
      nullable: true,
      description: 'The id of the request; `job` for an action of a background job.',
    }),
  }),
});
