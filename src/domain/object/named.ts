import type { ReadClient } from '../../database/index.ts';
import type { CommandContext } from '../core/command.ts';
import { localRow, notFound, type RowRef } from '../core/row-ref.ts';

/**
 * Finds the object that an input names.
 *
 * @throws {GatewayError} NOT_FOUND for a missing object and for another tenant's (SPEC T4).
 */
export async function namedObject(context: CommandContext, db: ReadClient, named: RowRef) {
  const object = await db.dataObject.findFirst({ where: { id: localRow(context, named) } });
  if (!object) throw notFound();
  return object;
}
