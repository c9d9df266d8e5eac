/** How often something with these labels happened. */
export type LabelCount = { readonly labels: readonly string[]; count: number };

type Label = string | undefined;

/**
 * Counts by labels. Every label must be one of a few texts that the program itself knows, never a
 * tenant, a person or a text from a client: each combination is kept for as long as the process
 * runs.
 */
export class LabelCounts {
  /** By one label after the other: one key of all three would be a new text for each count. */
  readonly #counts = new Map<Label, Map<Label, Map<Label, LabelCount>>>();

  add(count: number, first: string, second?: string, third?: string): void {
    const counted = this.#counts.get(first)?.get(second)?.get(third);
    if (counted) counted.count += count;
    else this.#begin(count, first, second, third);
  }

  all(): readonly Readonly<LabelCount>[] {
    return [...this.#counts.values()].flatMap(seconds => [...seconds.values()].flatMap(thirds => [...thirds.values()]));
  }

  #begin(count: number, first: Label, second: Label, third: Label): void {
    const seconds = this.#counts.get(first) ?? new Map<Label, Map<Label, LabelCount>>();
    const thirds = seconds.get(second) ?? new Map<Label, LabelCount>();
    thirds.set(third, { labels: [first, second, third].filter(label => label !== undefined), count });
    this.#counts.set(first, seconds.set(second, thirds));
  }
}
