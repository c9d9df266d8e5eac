import { type Act, operate } from '../core/command.ts';
import { moveTenant } from './status.ts';

/** Resumes the bound tenant: everything is as it was (SPEC S2). Refused unless it is suspended. */
export const resumeTenant = (act: Act): Promise<{ tenantId: string }> =>
  operate(act, operation => moveTenant(operation, { status: 'active', reason: null }));
