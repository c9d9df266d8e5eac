import { PreviousState } from '../../database/queries/audit.ts';
import { type CommandContext, runBlindWrite } from '../core/command.ts';
import { tenantName } from './name.ts';

const NAME = new PreviousState(['name']);

/**
 * Changes the bound tenant's display name: a member's in an active tenant only (SPEC S2), staff's in any (SPEC, settled).
 *
 * @throws {GatewayError} BAD_USER_INPUT for a name that can't be one; a refusal when the permission is gone meanwhile.
 */
export const renameTenant = (context: CommandContext, input: { name: string }): Promise<{ tenantId: string }> => {
  const name = tenantName(input.name);
  return runBlindWrite(context, async ({ db, tenantId: id, record, enqueueWrite }) => {
    await record({ target: { type: 'Tenant', id }, before: NAME, after: { name } }); // ahead of the change
    enqueueWrite(db.tenant.updateMany({ data: { name } }));
    return { tenantId: id };
  });
};
