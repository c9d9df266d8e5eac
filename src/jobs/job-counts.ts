import { Histogram } from '../counters/histogram.ts';
import { LabelCounts } from '../counters/label-counts.ts';

/** What is counted of jobs and mail, for as long as the process runs. */
export class JobCounts {
  /** By task and outcome. */
  readonly jobs = new LabelCounts();
  /** How long jobs ran, and how long after their time they began. */
  readonly durations = new Histogram();
  readonly lags = new Histogram();
  /** By outcome: sent, refused by the mail server for good, or failed for now. */
  readonly mails = new LabelCounts();
  /**
   * Deliveries to webhooks that were tried or skipped, by outcome and why they weren't delivered.
   */
  readonly deliveries = new LabelCounts();
  /** How long tries of them took. */
  readonly deliveryDurations = new Histogram();
}
