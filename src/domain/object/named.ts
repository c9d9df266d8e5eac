import type { TenantClient } from '../../database/models.ts';
import type { Act } from '../operation.ts';
import { notHere, type RowName, rowHere } from '../row.ts';

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
