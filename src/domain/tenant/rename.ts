import { type Act, operate } from '../operation.ts';
import { tenantName } from './name.ts';

/**
 * Changes the bound tenant's display name: a member's in an active tenant only (SPEC S2), staff's in any (SPEC, settled).
 *
 * @throws {GatewayError} BAD_USER_INPUT for a name that can't be one; a refusal when the permission is gone meanwhile.
 */
export const renameTenant = (act: Act, input: { name: string }): Promise<{ tenantId: string }> => {
  const name = tenantName(input.name);
  return operate(act, async ({ db, tenant, tenantId: id, record, meanwhile }) => {
    meanwhile(db.tenant.updateMany({ data: { name } }));
    await record({ target: { type: 'Tenant', id }, before: { name: tenant.name }, after: { name } });
    return { tenantId: id };
  });
};
