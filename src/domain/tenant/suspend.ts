import { type CommandContext, runCommand } from '../core/command.ts';
import { badInput } from '../core/errors.ts';
import { line } from './name.ts';
import { moveTenant } from './status.ts';

/** The longest reason, characters. */
const REASON_LIMIT = 500;

/**
 * Suspends the bound tenant (SPEC S2). Its members are told the reason.
 *
 * @throws {GatewayError} BAD_USER_INPUT for a reason that is none; a refusal unless the tenant is
 * active.
 */
export const suspendTenant = (context: CommandContext, input: { reason: string }): Promise<{ tenantId: string }> => {
  const reason = line(input.reason, 'The reason', REASON_LIMIT);
  if (!reason) throw badInput('Give a reason: the members are told it.');
  return runCommand(context, command => moveTenant(command, { status: 'suspended', reason }));
};
