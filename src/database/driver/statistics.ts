import { Histogram } from '../../counters/histogram.ts';
import type { Caller } from './caller.ts';

/** Learns of each statement that is over. Moments are those of `performance.now()`, ms. */
export type StatementObserver = {
  /** @param text with placeholders in place of values. */
  statement(text: string, sentAt: number, endedAt: number, error: Error | null): void;
  /** Who waits for the results; left out: somebody who never leaves. */
  readonly caller?: Caller;
};

/** What the driver counts, for as long as the process runs. */
export class DriverStatistics implements StatementObserver {
  /** From sending a statement to the end of its result. */
  readonly statements = new Histogram();
  failedStatements = 0;
  /** How long a connection of the pool was waited for; 0 for one that was idle. */
  readonly poolWaits = new Histogram();
  /** Waits that ended without a connection. */
  failedWaits = 0;
  /** Reads that shared a connection. */
  pipelinedReads = 0;

  statement(_text: string, sentAt: number, endedAt: number, error: Error | null): void {
    this.statements.observeMs(endedAt - sentAt);
    if (error) this.failedStatements += 1;
  }
}
