import type { CommandContext } from './command.ts';
import { GatewayError } from './errors.ts';

/** A row as a global id names it, with the tenant that the id claims. */
export type RowRef = { readonly tenantId: string; readonly id: string };

/** The same error for another tenant's row and for a missing one (SPEC T4). */
export const notFound = () => new GatewayError('NOT_FOUND', 'There is nothing with this id in the tenant.');

/**
 * The id of a row of the bound tenant.
 *
 * @throws {GatewayError} NOT_FOUND for a row of another tenant (SPEC T4).
 */
export function localRow({ work }: CommandContext, { tenantId, id }: RowRef): string {
  if (tenantId !== work.binding.tenantId) throw notFound();
  return id;
}
