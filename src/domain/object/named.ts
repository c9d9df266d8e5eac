import type { TenantClient } from '../../database/tenancy/models.ts';
import type { Act } from '../core/command.ts';
import { notHere, type RowName, rowHere } from '../core/row-ref.ts';

/**
 * The object that an input names.
 *
 * @throws {GatewayError} NOT_FOUND for another tenant's, as for one that doesn't exist (SPEC T4).
 */
export async function namedObject(act: Act, db: TenantClient, named: RowName) {
  const object = await db.dataObject.findFirst({ where: { id: rowHere(act, named) } });
  if (!object) throw notHere();
  return object;
}
