import type { Reason } from './draft.ts';

/**
 * How often an operation of a model ran as one statement (returning rows or JSON text), or was left
 * to Prisma, and why.
 */
export type ReadCount = {
  readonly model: string;
  readonly operation: string;
  readonly outcome: 'statement' | 'json' | Reason;
  readonly count: number;
};

type Mutable = { -readonly [K in keyof ReadCount]: ReadCount[K] };

/** Counts queries by model, operation and outcome; nothing of a request is a key. */
export class ReadCounts {
  readonly #counts = new Map<string, Mutable[]>();

  add(model: string, operation: string, outcome: ReadCount['outcome']): void {
    const counts = this.#counts.get(model) ?? [];
    const count = counts.find(each => each.operation === operation && each.outcome === outcome);
    if (count) count.count += 1;
    else this.#counts.set(model, [...counts, { model, operation, outcome, count: 1 }]);
  }

  all(): readonly ReadCount[] {
    return [...this.#counts.values()].flat().map(count => ({ ...count }));
  }
}
