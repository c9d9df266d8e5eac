import type { Grant } from '../../access/grant.ts';
import type { Permission } from '../../access/policy.ts';
import type { LockMode, UnitOfWork } from '../../database/index.ts';
import type { AuditEntry } from '../../database/queries/audit.ts';
import type { Profile } from '../../database/queries/person.ts';
import type { Action } from '../audit/actions.ts';
import { type RecordEvent, recorder } from '../audit/record.ts';
import { GatewayError } from './errors.ts';
import { earlierAnswer, type IdempotencyKey, keepAnswer, keptAnswer } from './idempotency.ts';
import { type OwnMembership, readCurrentAccess, recheck } from './recheck.ts';
import type { Services } from './services.ts';
import { type TenantTransaction, withTenantLock } from './tenant-lock.ts';

/** The caller and the request that a command runs for: the first parameter of every command. */
export type CommandContext = {
  /** The command's name in the audit log; null for a command that the log doesn't keep. */
  readonly action: Action | null;
  readonly permission: Permission;
  readonly grant: Pick<Grant, 'principal' | 'tenantAccess'>;
  readonly profile: Profile | null;
  readonly requestId: string;
  readonly services: Services;
  /** The database, bound to the command's tenant and to the caller. */
  readonly work: UnitOfWork;
  readonly key: IdempotencyKey | null;
};

/** A command's transaction in its tenant, which stays locked until the transaction ends. */
export type Command = TenantTransaction & {
  readonly context: CommandContext;
  /** The caller's own membership; null for staff and for callers who aren't members. */
  readonly me: OwnMembership | null;
  /** Writes an audit event in this transaction (SPEC A1). */
  readonly record: RecordEvent;
};

/**
 * Runs a command in one transaction: locks the tenant, checks the permission again, applies the
 * change, writes the audit event and stores the answer under the idempotency key. All of it
 * commits, or none. A key that was used before gets the stored answer.
 *
 * @param change applies the change. An error that it throws undoes everything; an error that it
 * returns is thrown after the transaction has committed.
 * @param lockMode `shared` for a command that changes nothing of the tenant's row and may run
 * beside others.
 * @throws {RefusedError} when the permission is no longer held; {GatewayError}
 * IDEMPOTENCY_KEY_REUSED.
 */
export async function runCommand<Result extends object>(
  context: CommandContext,
  change: (command: Command) => Promise<Result | GatewayError>,
  lockMode: LockMode = 'exclusive',
): Promise<Result> {
  const { work, permission, grant, key, services } = context;
  const { clock } = services;
  const done = await withTenantLock(
    work,
    {
      clock,
      lockMode,
      confirms: true,
      reads: transaction =>
        Promise.all([readCurrentAccess(transaction.db, permission, grant, work.binding), key && keptAnswer(transaction.db, key)]),
    },
    async (locked, [access, kept]) => {
      const me = recheck(locked, access, permission, grant, clock);
      const { tenant, now } = locked;
      const earlier = key && earlierAnswer(kept, key, now);
      if (earlier) return earlier as Result;
      const record = recorder(locked.enqueue, now, {
        ...{ tenantId: locked.tenantId, action: context.action, requestId: context.requestId },
        actor: () => actorOf(context),
      });
      const result = await change({ ...locked, context, tenant: tenant!, me, record });
      if (key && !(result instanceof GatewayError)) keepAnswer(locked, key, result, now);
      return result;
    },
  );
  if (done instanceof GatewayError) throw done;
  return done;
}

/** The actor of an event. Staff, and people who aren't registered yet, have their subject as id. */
export function actorOf({ grant, profile, work }: Pick<CommandContext, 'grant' | 'profile' | 'work'>): AuditEntry['actor'] {
  const { kind } = grant.principal;
  return {
    kind: kind === 'staff' ? 'staff' : kind === 'api_key' ? 'api_key' : 'user',
    id: (kind !== 'staff' && work.binding.personId) || profile!.subject,
    name: profile!.name,
  };
}
