import { isDeepStrictEqual } from 'node:util';

/**
 * The given values that differ from the current ones, or null when none does: a command that
 * changes nothing leaves no event and no new `updatedAt` (SPEC A5).
 */
export function changesIn<Values extends object>(current: Values, given: Partial<Values>): Partial<Values> | null {
  const changed = Object.entries(given).filter(([name, value]) => !isDeepStrictEqual(value, current[name as keyof Values]));
  return changed.length ? (Object.fromEntries(changed) as Partial<Values>) : null;
}
