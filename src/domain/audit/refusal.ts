import { ruleOf } from '../../access/policy.ts';
import { actorOf, type CommandContext, isRecorded, refusedState } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { withTenantLock } from '../core/tenant-lock.ts';
import { recorder } from './record.ts';

/** Codes that say nothing about permissions: malformed input, a fault of ours, a retry. */
const NOT_RECORDED: readonly string[] = ['BAD_USER_INPUT', 'INTERNAL_SERVER_ERROR', 'UNAVAILABLE', 'IDEMPOTENCY_KEY_REUSED'];

/**
 * Whether a refusal belongs into the bound tenant's log: not for strangers who guess at ids (SPEC
 * T9), nor for commands outside any tenant, such as sign-up (SPEC T1).
 */
const concerns = ({ permission, grant, work }: CommandContext, code: string): boolean => {
  if (work.binding.tenantId === null || ruleOf(permission).context === 'none') return false;
  if (grant.principal.kind === 'staff') return ruleOf(permission).principals.includes('staff') && code !== 'NOT_FOUND';
  return grant.tenantAccess?.tenantId === work.binding.tenantId;
};

/**
 * Records a command's refusal in its tenant's log (SPEC A1), in a transaction of its own, because
 * the command's was rolled back.
 */
export async function recordRefusal(context: CommandContext, error: unknown): Promise<void> {
  const { action, requestId, work, services } = context;
  if (!action || !(error instanceof GatewayError) || NOT_RECORDED.includes(error.code)) return;
  if (isRecorded(error) || !concerns(context, error.code)) return;
  await withTenantLock(work, { clock: services.clock, lockMode: 'shared', reads: async () => {} }, async ({ tenant, enqueue, now }) => {
    if (!tenant) return;
    const record = recorder(enqueue, now, { action, requestId, actor: () => actorOf(context) });
    await record({ code: error.code, after: refusedState(error) });
  });
}
