import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { daysAfter } from '../core/services.ts';
import { normalized } from '../core/text.ts';
import { moveTenant } from './status.ts';

/**
 * Requests the tenant's deletion, confirmed by its display name (SPEC S3). The tenant is kept for
 * the grace period, in which the owner can cancel.
 *
 * @throws {GatewayError} CONFIRMATION_MISMATCH when `confirmation` isn't the display name.
 */
export const requestDeletion = (context: CommandContext, { confirmation }: { confirmation: string }): Promise<{ tenantId: string }> =>
  runCommand(context, command => {
    const { tenant, now } = command;
    if (normalized(confirmation) !== tenant.name)
      throw new GatewayError('CONFIRMATION_MISMATCH', "Type the tenant's display name exactly to confirm.");
    const deletionDueAt = daysAfter(now, context.services.settings.deletionDays);
    return moveTenant(command, { status: 'pending_deletion', reason: 'The owner asked for deletion.', deletionDueAt });
  });
