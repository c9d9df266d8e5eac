import { tenantFieldOf } from '../sql/data-model.ts';
import type { Binding } from './binding.ts';

/** A condition on a model's rows, in Prisma's `where` notation. */
export type Where = Readonly<Record<string, unknown>>;

/** Matches no row: what a binding without a tenant or a person may read. */
const NO_ROW = { in: [] };

/**
 * The rows of a model that a binding may see, as a condition; null means all rows. It repeats in
 * Prisma's notation what the row-level security policies say (SPEC T6).
 */
export function tenantFilter(model: string, { tenantId, personId }: Binding): Where | null {
  const field = tenantFieldOf(model);
  if (field) return { [field]: tenantId ?? NO_ROW };
  if (model === 'User') return { OR: [{ id: personId ?? NO_ROW }, { memberships: { some: { tenantId: tenantId ?? NO_ROW } } }] };
  return null;
}
