import { type CommandContext, runCommand } from '../core/command.ts';
import { line } from '../core/text.ts';
import { moveTenant } from './status.ts';

/** The longest reason, code points. */
const REASON_LIMIT = 500;

/**
 * Suspends the bound tenant (SPEC S2), with a reason that its members see. Refused unless the
 * tenant is active.
 *
 * @throws {GatewayError} BAD_USER_INPUT for an invalid reason.
 */
export const suspendTenant = (context: CommandContext, input: { reason: string }): Promise<{ tenantId: string }> => {
  const reason = line(input.reason, 'The reason', REASON_LIMIT);
  return runCommand(context, command => moveTenant(command, { status: 'suspended', reason }));
};
