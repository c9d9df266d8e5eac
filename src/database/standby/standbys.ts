import type { StatementObserver } from '../driver/statistics.ts';
import type { Source } from '../source.ts';
import type { Binding } from '../tenancy/binding.ts';
import type { UnitOfWork } from '../unit-of-work.ts';
import { STANDBY_REASONS, StandbyReadError, type StandbyReason } from './failure.ts';
import type { WalPosition } from './position.ts';
import { Standby, type StandbyOptions } from './standby.ts';

/** Reads that could go to a standby: how many did, and why the others ran on the primary. */
export type StandbyCounts = Readonly<Record<'standby' | StandbyReason, number>>;

/** The standbys of `DATABASE_READ_URLS`: each read takes the next one that is used. */
export class Standbys {
  readonly list: readonly Standby[];
  readonly #counts = Object.fromEntries(['standby', ...STANDBY_REASONS].map(name => [name, 0])) as Record<keyof StandbyCounts, number>;
  #next = 0;

  constructor(urls: readonly string[], source: Source, options: StandbyOptions) {
    this.list = urls.map(url => new Standby(url, source, options));
  }

  get counts(): StandbyCounts {
    return this.#counts;
  }

  /**
   * Runs reads in one snapshot of a standby that has all that is before the position. Null: none
   * did, nothing of what was read may be used, and the primary is to answer.
   */
  async read<T>(
    position: WalPosition | null,
    binding: Binding,
    work: (work: UnitOfWork) => Promise<T>,
    observer?: StatementObserver,
  ): Promise<{ readonly result: T } | null> {
    const reason = position ? await this.#read(position, binding, work, observer) : 'no-position';
    if (typeof reason === 'object') {
      this.#counts.standby += 1;
      return reason;
    }
    this.#counts[reason] += 1;
    return null;
  }

  /** Asks the standbys in turn until one of them isn't skipped. */
  async #read<T>(...given: Parameters<typeof Standby.prototype.read<T>>): Promise<{ readonly result: T } | StandbyReason> {
    const { length } = this.list;
    this.#next = (this.#next + 1) % length;
    for (let at = 0; at < length; at += 1)
      try {
        return { result: await this.list[(this.#next + at) % length]!.read(...given) };
      } catch (error) {
        if (!(error instanceof StandbyReadError)) throw error;
        if (error.reason !== 'skipped') return error.reason;
      }
    return 'skipped';
  }

  async close(): Promise<void> {
    await Promise.all(this.list.map(standby => standby.close()));
  }
}
