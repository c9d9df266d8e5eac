import type { Command } from '../core/command.ts';
import { localRow, notFound, type RowRef } from '../core/row-ref.ts';

/**
 * Finds the listing that an input names.
 *
 * @throws {GatewayError} NOT_FOUND for a missing listing and for another tenant's (SPEC T4).
 */
export async function namedListing({ context, db }: Pick<Command, 'context' | 'db'>, named: RowRef) {
  const listing = await db.listing.findFirst({ where: { id: localRow(context, named) } });
  if (!listing) throw notFound();
  return listing;
}
