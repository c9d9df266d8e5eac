import type { Command } from '../core/command.ts';
import { localRow, notFound, type RowRef } from '../core/row-ref.ts';

/**
 * The listing that an input names.
 *
 * @throws {GatewayError} NOT_FOUND for another tenant's, as for one that doesn't exist (SPEC T4).
 */
export async function namedListing({ context, db }: Pick<Command, 'context' | 'db'>, named: RowRef) {
  const listing = await db.listing.findFirst({ where: { id: localRow(context, named) } });
  if (!listing) throw notFound();
  return listing;
}
