import { ruleOf } from '../../access/policy.ts';
import type { Transaction } from '../../database/index.ts';
import { countRefusals } from '../../database/queries/refusal-count.ts';
import { actorOf, type Command, type CommandContext } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { RefusedError } from '../core/recheck.ts';
import { recorder } from './record.ts';
import { inBatches } from './refusal-batches.ts';

/** Codes that say nothing about permissions: malformed input, a fault of ours, a retry. */
const NOT_RECORDED: readonly string[] = ['BAD_USER_INPUT', 'INTERNAL_SERVER_ERROR', 'UNAVAILABLE', 'IDEMPOTENCY_KEY_REUSED'];

const recorded = new WeakSet<GatewayError>();

/** Whether an error of a command is a refusal that its tenant's log keeps and doesn't have yet. */
export const isToRecord = (context: CommandContext, error: unknown): error is GatewayError =>
  context.action !== null &&
  error instanceof GatewayError &&
  !NOT_RECORDED.includes(error.code) &&
  !recorded.has(error) &&
  concerns(context, error.code);

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
 * the command's was rolled back. It takes no tenant lock, and a refusal that is counted leaves the
 * audit chain alone (docs/decisions/0033-refusals.md).
 */
export function recordRefusal(context: CommandContext, error: GatewayError): Promise<void> {
  const { action, work, services } = context;
  const { kind, id } = actorOf(context);
  return inBatches(JSON.stringify([work.binding.tenantId, kind, id, action, error.code]), refusals =>
    work.transaction(transaction => countOrLog(transaction, context, error, refusals, services.clock.now())),
  );
}

/**
 * Returns a refusal after recording it in this transaction, which commits: for callers who aren't
 * members, whose refusals {@link recordRefusal} doesn't log.
 */
export async function refuse(command: Command, error: GatewayError): Promise<GatewayError> {
  await countOrLog(command, command.context, error, 1, command.now);
  recorded.add(error);
  return error;
}

/**
 * Counts refusals of one kind, an action and a code, by one actor, and logs `error` if it is the
 * first of them (SPEC A5).
 */
async function countOrLog(
  { query, enqueue }: Pick<Transaction, 'query' | 'enqueue'>,
  context: CommandContext,
  error: GatewayError,
  refusals: number,
  now: Date,
): Promise<void> {
  const { action, requestId, work } = context;
  const { code } = error;
  const actor = await countRefusals(query, { actor: actorOf(context), action: action!, code }, refusals, now);
  if (actor)
    await recorder(enqueue, now, { tenantId: work.binding.tenantId!, action, requestId, actor: () => actor })({
      code,
      after: refusedState(error),
    });
}

/** The details of a refusal that the audit log keeps beside its code. */
const refusedState = (error: GatewayError): object =>
  error instanceof RefusedError ? { permission: error.refusal.permission, because: error.refusal.because } : error.details;
