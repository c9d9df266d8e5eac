import { badInput } from '../../domain/core/errors.ts';
import { complexityOf } from './cost.ts';

/** Items on a page: at most, and when the client names no number. */
export const PAGE_SIZE = { max: 100, default: 20 } as const;

type Sizes = { readonly first?: number | null; readonly last?: number | null };

/**
 * @throws {GatewayError} BAD_USER_INPUT for `first` with `last`, and for a size that is negative or
 * over the maximum.
 */
export function checkPageSize({ first, last }: Sizes): void {
  if (first != null && last != null) throw badInput('Ask for `first` or for `last`, not for both.');
  for (const [name, size] of Object.entries({ first, last })) {
    if (size == null) continue;
    if (size < 0) throw badInput(`\`${name}\` can't be negative.`);
    if (size > PAGE_SIZE.max) throw badInput(`A page holds at most ${PAGE_SIZE.max}.`, { limit: PAGE_SIZE.max, actual: size });
  }
}

/** The length of a list that has no pages. Throws as {@link checkPageSize}. */
export function listSize({ first }: Pick<Sizes, 'first'>): number {
  checkPageSize({ first });
  return first ?? PAGE_SIZE.default;
}

/** The size of a page: each field below a connection counts once for each requested row. */
export const PAGE = { assumedSize: PAGE_SIZE.default, slicingArguments: ['first', 'last'], maxSize: PAGE_SIZE.max } as const;

/** The complexity of a connection. */
export const pageCost = complexityOf({ listSize: PAGE });
