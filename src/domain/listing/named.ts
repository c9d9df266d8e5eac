import type { Operation } from '../core/command.ts';
import { notHere, type RowName, rowHere } from '../core/row-ref.ts';

/**
 * The listing that an input names.
 *
 * @throws {GatewayError} NOT_FOUND for another tenant's, as for one that doesn't exist (SPEC T4).
 */
export async function namedListing({ act, db }: Pick<Operation, 'act' | 'db'>, named: RowName) {
  const listing = await db.listing.findFirst({ where: { id: rowHere(act, named) } });
  if (!listing) throw notHere();
  return listing;
}
