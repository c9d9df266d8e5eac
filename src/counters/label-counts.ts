/** How often something with these labels happened. */
export type LabelCount = { readonly labels: readonly string[]; count: number };

/**
 * Counts by labels. Every label must be one of a few texts that the program itself knows, never a
 * tenant, a person or a text from a client: each combination is kept for as long as the process
 * runs.
 */
export class LabelCounts {
  readonly #counts = new Map<string, LabelCount>();

  add(count: number, first: string, second?: string, third?: string): void {
    const key = `${first} ${second} ${third}`;
    const counted = this.#counts.get(key);
    if (counted) counted.count += count;
    else this.#counts.set(key, { labels: [first, second, third].filter(label => label !== undefined), count });
  }

  all(): readonly Readonly<LabelCount>[] {
    return [...this.#counts.values()];
  }
}
