import { ruleOf } from '../../access/policy.ts';
import { isConstraint } from '../../database/driver/failure.ts';
import { appendEvent } from '../../database/queries/audit.ts';
import { actorOf, type CommandContext, isRecorded, refusedState } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { ACTIONS } from './actions.ts';

/** What says nothing about what somebody may do: a slip of the pen, a fault of ours, a retry. */
const UNTOLD: readonly string[] = ['BAD_USER_INPUT', 'INTERNAL_SERVER_ERROR', 'UNAVAILABLE', 'IDEMPOTENCY_KEY_REUSED'];

/**
 * Whether the tenant's log is about it: a stranger who guesses at ids writes nothing there (SPEC
 * T9), and what a member does without any tenant, such as founding one of their own, is nothing to
 * the tenant that the request happens to act in (SPEC T1).
 */
const concerns = ({ permission, grant, work }: CommandContext, code: string): boolean => {
  if (work.binding.tenantId === null || ruleOf(permission).context === 'none') return false;
  if (grant.principal.kind === 'staff') return ruleOf(permission).principals.includes('staff') && code !== 'NOT_FOUND';
  return grant.tenantAccess?.tenantId === work.binding.tenantId;
};

/** The tenant went meanwhile, and its log with it. */
const isGone = (error: unknown) => ['audit_event_tenant_id_fkey', 'audit_head_tenant_id_fkey'].some(name => isConstraint(error, name));

/**
 * Leaves an event of what was refused in the log of the tenant concerned (SPEC A1). What was
 * refused is rolled back by now, and this is a transaction of its own.
 */
export async function recordRefusal(context: CommandContext, error: unknown): Promise<void> {
  const { action } = context;
  if (!action || !(error instanceof GatewayError) || UNTOLD.includes(error.code) || isRecorded(error) || !concerns(context, error.code))
    return;
  const { work, services, requestId } = context;
  const entry = {
    at: services.clock.now(),
    actor: actorOf(context),
    action,
    rule: ACTIONS[action],
    code: error.code,
    target: null,
    before: null,
    after: refusedState(error),
    requestId,
  };
  await work
    .transaction(async ({ enqueue }) => appendEvent(enqueue, entry))
    .catch(failure => {
      if (!isGone(failure)) throw failure;
    });
}
