import type { Grant } from '../../access/grant.ts';
import type { Permission } from '../../access/policy.ts';
import type { Enqueue } from '../../database/driver/query.ts';
import { type AuditEntry, appendEvent } from '../../database/queries/audit.ts';
import type { Profile } from '../../database/queries/person.ts';
import type { LockedTenant, LockMode } from '../../database/tenancy/tenant-lock.ts';
import type { Transaction, UnitOfWork } from '../../database/unit-of-work.ts';
import { ACTIONS, type Action } from '../audit/actions.ts';
import { type ErrorCode, GatewayError } from './errors.ts';
import { earlierAnswer, type IdempotencyKey, keepAnswer, keptAnswer } from './idempotency.ts';
import { type OwnMembership, RefusedError, recheck } from './recheck.ts';
import type { Services } from './services.ts';

/** Somebody who is about to do something in a tenant: what every operation takes first. */
export type CommandContext = {
  /** What the audit log calls it; null for what the log hears nothing of. */
  readonly action: Action | null;
  readonly permission: Permission;
  readonly grant: Pick<Grant, 'principal' | 'tenantAccess'>;
  readonly profile: Profile | null;
  readonly requestId: string;
  readonly services: Services;
  /** The database, bound to the tenant that the operation is in and to the person who acts. */
  readonly work: UnitOfWork;
  readonly key: IdempotencyKey | null;
};

/** What an operation tells the audit log, where it differs from its own action and rule. */
export type AuditDetails = {
  readonly action?: Action;
  readonly target?: AuditEntry['target'];
  readonly before?: object | null;
  readonly after?: object | null;
  readonly actor?: AuditEntry['actor'];
  /** Why it was refused; without, it was done. */
  readonly code?: ErrorCode | null;
};

/** One transaction in one tenant, which it holds until it ends. */
export type Command = Transaction & {
  readonly context: CommandContext;
  readonly tenantId: string;
  readonly tenant: LockedTenant;
  /** The caller's own membership; null for staff and for those who aren't members. */
  readonly me: OwnMembership | null;
  /** The moment that the whole operation happens at. */
  readonly now: Date;
  /** Leaves an event (SPEC A1): it is kept if the change is. */
  record(details: AuditDetails): Promise<void>;
};

/**
 * Runs an operation: one transaction that holds the tenant, checks the permission again, changes,
 * tells the audit log and keeps the answer under the idempotency key, or none of it (DESIGN,
 * Writes). A key that was used answers as it did then.
 *
 * @param change does it. An error that it throws undoes everything; one that it returns is thrown
 * after what it changed is kept.
 * @param hold `shared` where others may do theirs in the tenant at the same time: they change
 * nothing of the tenant's row.
 * @throws {RefusedError} when the permission is no longer held; {GatewayError}
 * IDEMPOTENCY_KEY_REUSED.
 */
export async function runCommand<Result extends object>(
  context: CommandContext,
  change: (command: Command) => Promise<Result | GatewayError>,
  lockMode: LockMode = 'exclusive',
): Promise<Result> {
  const { work, permission, grant, key, services } = context;
  const done = await work.transaction(async transaction => {
    const [{ tenant, me }, kept] = await Promise.all([
      recheck(transaction, permission, grant, work.binding, services.clock, lockMode),
      key && keptAnswer(transaction.db, key),
    ]);
    const now = services.clock.now();
    const earlier = key && earlierAnswer(kept, key, now);
    if (earlier) return earlier as Result;
    const record = recorderOf(context, transaction.enqueue, now);
    const result = await change({ ...transaction, context, tenantId: work.binding.tenantId!, tenant: tenant!, me, now, record });
    if (key && !(result instanceof GatewayError)) keepAnswer(transaction, key, result, now);
    return result;
  });
  if (done instanceof GatewayError) throw done;
  return done;
}

const recorded = new WeakSet<GatewayError>();

/**
 * Refuses, and says so in the log at once: for those who aren't members, whose refusals the tenant
 * hears of only here. What was changed is kept.
 */
export async function refuse({ record }: Command, error: GatewayError): Promise<GatewayError> {
  await record({ code: error.code, after: refusedState(error) });
  recorded.add(error);
  return error;
}

/** What the log keeps of a refusal beside its code. */
export const refusedState = (error: GatewayError): object =>
  error instanceof RefusedError ? { permission: error.refusal.permission, because: error.refusal.because } : error.details;

/** Whether a refusal stands in the log already. */
export const isRecorded = (error: GatewayError): boolean => recorded.has(error);

const recorderOf = (context: CommandContext, enqueue: Enqueue, now = context.services.clock.now()) =>
  recorder(enqueue, now, { action: context.action, requestId: context.requestId, actor: () => actorOf(context) });

/** What events have in common, unless they say otherwise. */
type Usual = { readonly action: Action | null; readonly requestId: string; readonly actor: () => AuditEntry['actor'] };

/**
 * Leaves events in the log of the tenant that a transaction is bound to: nothing waits for them
 * before COMMIT does.
 */
export const recorder =
  (enqueue: Enqueue, at: Date, usual: Usual) =>
  async ({ action, target = null, before = null, after = null, actor = usual.actor(), code = null }: AuditDetails): Promise<void> => {
    const name = action ?? usual.action;
    if (!name) throw new Error('the audit log has no name for this');
    appendEvent(enqueue, { at, actor, action: name, rule: ACTIONS[name], code, target, before, after, requestId: usual.requestId });
  };

/**
 * Who an event is by. Staff and people who aren't members anywhere yet are known by their subject.
 */
export function actorOf({ grant, profile, work }: Pick<CommandContext, 'grant' | 'profile' | 'work'>): AuditEntry['actor'] {
  const { kind } = grant.principal;
  return {
    kind: kind === 'staff' ? 'staff' : kind === 'api_key' ? 'api_key' : 'user',
    id: (kind !== 'staff' && work.binding.personId) || profile!.subject,
    name: profile!.name,
  };
}
