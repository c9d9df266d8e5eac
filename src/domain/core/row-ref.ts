import type { CommandContext } from './command.ts';
import { GatewayError } from './errors.ts';

/** A row as a global id names it: with the tenant that it says it is of. */
export type RowRef = { readonly tenantId: string; readonly id: string };

/** Another tenant's row and one that doesn't exist are the same (SPEC T4). */
export const notFound = () => new GatewayError('NOT_FOUND', 'There is no such thing in this tenant.');

/**
 * The id of a row that is named as one of the bound tenant's.
 *
 * @throws {GatewayError} NOT_FOUND for another tenant's, as for one that doesn't exist (SPEC T4).
 */
export function localRow({ work }: CommandContext, { tenantId, id }: RowRef): string {
  if (tenantId !== work.binding.tenantId) throw notFound();
  return id;
}
