import type { Reason } from './draft.ts';

/**
 * How often an operation of a model was answered by one statement, as rows or as JSON, or left to
 * Prisma for a reason.
 */
export type ReadCount = {
  readonly model: string;
  readonly operation: string;
  readonly outcome: 'statement' | 'json' | Reason;
  readonly count: number;
};

type Mutable = { -readonly [K in keyof ReadCount]: ReadCount[K] };

/**
 * Counts reads. There are as many counts as models, operations and reasons: what a request holds is
 * not among them.
 */
export class ReadCounts {
  readonly #counts = new Map<string, Mutable[]>();

  add(model: string, operation: string, outcome: ReadCount['outcome']): void {
    const known = this.#counts.get(model) ?? [];
    const count = known.find(one => one.operation === operation && one.outcome === outcome);
    if (count) count.count += 1;
    else this.#counts.set(model, [...known, { model, operation, outcome, count: 1 }]);
  }

  all(): readonly ReadCount[] {
    return [...this.#counts.values()].flat().map(count => ({ ...count }));
  }
}
