import type { Grant } from '../../access/grant.ts';
import type { UnitOfWork } from '../../database/client.ts';
import { recheck } from '../recheck.ts';
import { tenantName } from './name.ts';

/**
 * Changes the bound tenant's display name (SPEC S2: in an active tenant only).
 *
 * @throws {GatewayError} BAD_USER_INPUT for a name that can't be one; a refusal when the permission is gone meanwhile.
 */
export async function renameTenant(work: UnitOfWork, grant: Grant, input: { name: string }): Promise<{ tenantId: string }> {
  const name = tenantName(input.name);
  const tenantId = grant.standing!.tenantId;
  await work.transaction(async transaction => {
    await recheck(transaction, 'tenant:rename', grant, work.binding.personId!);
    await transaction.db.tenant.update({ where: { id: tenantId }, data: { name }, select: { id: true } });
  });
  return { tenantId };
}
