import { type CommandContext, runCommand } from '../core/command.ts';
import { moveTenant } from './status.ts';

/** Resumes the bound tenant (SPEC S2). Refused unless it is suspended. */
export const resumeTenant = (context: CommandContext): Promise<{ tenantId: string }> =>
  runCommand(context, command => moveTenant(command, { status: 'active', reason: null }));
