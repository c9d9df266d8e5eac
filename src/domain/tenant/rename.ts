import { AsItIs } from '../../database/queries/audit.ts';
import { type Act, operateUnseen } from '../core/command.ts';
import { tenantName } from './name.ts';

const NAME = new AsItIs(['name']);

/**
 * Changes the bound tenant's display name: a member's in an active tenant only (SPEC S2), staff's in any (SPEC, settled).
 *
 * @throws {GatewayError} BAD_USER_INPUT for a name that can't be one; a refusal when the permission is gone meanwhile.
 */
export const renameTenant = (act: Act, input: { name: string }): Promise<{ tenantId: string }> => {
  const name = tenantName(input.name);
  return operateUnseen(act, async ({ db, tenantId: id, record, meanwhile }) => {
    await record({ target: { type: 'Tenant', id }, before: NAME, after: { name } }); // ahead of the change
    meanwhile(db.tenant.updateMany({ data: { name } }));
    return { tenantId: id };
  });
};
