/**
 * How many connections each owner has. In a pool of five or more a fifth is left to other owners,
 * so that one tenant's slow statements don't keep the others out.
 */
export class ConnectionShares {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  /** @param max connections of the pool. */
  constructor(max: number) {
    this.#most = max < 5 ? max : max - Math.ceil(max / 5);
  }

  /** Whether an owner may have another connection; null always may. */
  hasRoom(owner: string | null): boolean {
    return owner === null || (this.#counts.get(owner) ?? 0) < this.#most;
  }

  add(owner: string | null): void {
    if (owner !== null) this.#counts.set(owner, (this.#counts.get(owner) ?? 0) + 1);
  }

  remove(owner: string | null): void {
    if (owner === null) return;
    const count = this.#counts.get(owner)! - 1;
    if (count) this.#counts.set(owner, count);
    else this.#counts.delete(owner);
  }
}
