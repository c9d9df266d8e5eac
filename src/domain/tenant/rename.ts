import { type CommandContext, runCommand } from '../core/command.ts';
import { tenantName } from './name.ts';

/**
 * Changes the bound tenant's display name. Members can rename an active tenant only (SPEC S2),
 * staff any.
 *
 * @throws {GatewayError} BAD_USER_INPUT for an invalid name.
 */
export const renameTenant = (context: CommandContext, input: { name: string }): Promise<{ tenantId: string }> => {
  const name = tenantName(input.name);
  return runCommand(context, async ({ db, tenant, tenantId: id, record, enqueueWrite }) => {
    if (name === tenant.name) return { tenantId: id };
    enqueueWrite(db.tenant.updateMany({ data: { name } }));
    await record({ target: { type: 'Tenant', id }, before: { name: tenant.name }, after: { name } });
    return { tenantId: id };
  });
};
