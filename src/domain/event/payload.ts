import { uuidv7 as uuid } from 'uuidv7';
import type { OutboxEvent } from '../../database/queries/event.ts';
import { encodeGlobalId, rowId } from '../core/global-id.ts';
import type { EventDraft } from './of-action.ts';
import { EVENT_VERSION, eventRuleOf } from './types.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The global id of an event's subject; a version of an app, which has none, is named as it is. */
function subjectIdOf(tenantId: string, type: string, id: string): string {
  if (type === 'Tenant') return encodeGlobalId(type, id);
  return UUID.test(id) ? encodeGlobalId(type, rowId({ tenantId, id })) : id;
}

/** The values of a change that its event contains: those that its type lists. */
function dataOf(values: object, names: readonly string[]): object {
  const data: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(values)) if (names.includes(name)) data[name] = value;
  return data;
}

/**
 * An event as it is stored and sent: JSON that is hashed as it is, so that a receiver can check it
 * without writing it again.
 */
export function outboxEvent(tenantId: string, at: Date, { type, subjectId, values }: EventDraft): OutboxEvent {
  const { subject, data } = eventRuleOf(type);
  const id = uuid();
  const payload = JSON.stringify({
    id,
    type,
    version: EVENT_VERSION,
    at,
    tenant: encodeGlobalId('Tenant', tenantId),
    subject: { type: subject, id: subjectIdOf(tenantId, subject, subjectId) },
    data: dataOf(values, data),
  });
  return { id, type, subjectType: subject, subjectId, at, payload };
}
