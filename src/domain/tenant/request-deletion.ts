import { type CommandContext, runCommand } from '../core/command.ts';
import { GatewayError } from '../core/errors.ts';
import { daysAfter } from '../core/services.ts';
import { moveTenant } from './status.ts';

/**
 * Asks for the tenant's deletion, typing its display name (SPEC S3): it is kept for the grace
 * period, in which the owner can cancel.
 *
 * @throws {GatewayError} CONFIRMATION_MISMATCH when something else was typed.
 */
export const requestDeletion = (context: CommandContext, { confirmation }: { confirmation: string }): Promise<{ tenantId: string }> =>
  runCommand(context, command => {
    const { tenant, now } = command;
    if (confirmation.normalize('NFC').trim() !== tenant.name)
      throw new GatewayError('CONFIRMATION_MISMATCH', "Type the tenant's display name, exactly, to confirm.");
    const deletionDueAt = daysAfter(now, context.services.settings.deletionDays);
    return moveTenant(command, { status: 'pending_deletion', reason: 'The owner asked for deletion.', deletionDueAt });
  });
