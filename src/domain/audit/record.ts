import type { Enqueue } from '../../database/index.ts';
import { type AuditEntry, appendEvent } from '../../database/queries/audit.ts';
import type { ErrorCode } from '../core/errors.ts';
import { eventsOf } from '../event/of-action.ts';
import { outboxEvent } from '../event/payload.ts';
import { ACTIONS, type Action } from './actions.ts';

/** An audit event, where it differs from the defaults of its command or job. */
export type AuditDetails = {
  readonly action?: Action;
  readonly target?: AuditEntry['target'];
  readonly before?: object | null;
  readonly after?: object | null;
  readonly actor?: AuditEntry['actor'];
  /** Why it was refused; left out for what was done. */
  readonly code?: ErrorCode | null;
};

/** The fields that all events of one command or job share unless an event says otherwise. */
export type AuditDefaults = {
  readonly tenantId: string;
  readonly action: Action | null;
  readonly requestId: string;
  readonly actor: () => AuditEntry['actor'];
};

export type RecordEvent = (details: AuditDetails) => Promise<void>;

/**
 * Creates a function that appends events to the bound tenant's log within a transaction. What was
 * done is written for subscribers as well (SPEC E1); a refusal is for the log alone. Nothing waits
 * for the statements before COMMIT.
 *
 * @throws {Error} for an event without an action: a bug.
 */
export const recorder =
  (enqueue: Enqueue, at: Date, defaults: AuditDefaults): RecordEvent =>
  async ({ action, target = null, before = null, after = null, actor = defaults.actor(), code = null }) => {
    const name = action ?? defaults.action;
    if (!name) throw new Error('an audit event needs an action');
    const { tenantId, requestId } = defaults;
    const emitted = code === null ? eventsOf(name, { target, before, after }).map(draft => outboxEvent(tenantId, at, draft)) : [];
    appendEvent(enqueue, { at, actor, action: name, rule: ACTIONS[name], code, target, before, after, requestId }, emitted);
  };
