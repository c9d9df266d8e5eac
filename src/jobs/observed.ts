import type { JobHelpers } from 'graphile-worker';
import type { Logger } from 'pino';
import { Undelivered } from '../domain/core/delivery.ts';
import type { Mail } from '../domain/core/services.ts';
import type { RunDependencies } from '../domain/webhook/run.ts';
import type { JobCounts } from './job-counts.ts';

type Attributes = Readonly<Record<string, string | number>>;

/** Where spans of jobs go. */
export type JobSpans = {
  /** Runs a job within a span of its own, if it is traced. */
  run<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T>;
  /** Adds a span to the job that runs, for a part of it that took `ms` and is over. */
  part(name: string, attributes: Attributes, ms: number, failure: string): void;
};

/** `spans` is null where nothing is traced. */
export type JobObservers = { readonly log: Logger; readonly counts: JobCounts; readonly spans: JobSpans | null };

/** Names as the spans of requests have them. */
const NAMES: Readonly<Record<string, string>> = {
  ...{ task: 'ipto.job.task', attempts: 'ipto.job.attempts', tenantId: 'ipto.tenant.id', webhookId: 'ipto.webhook.id' },
  ...{ deliveryId: 'ipto.webhook.delivery.id', eventId: 'ipto.event.id', type: 'ipto.event.type', kind: 'ipto.webhook.delivery.kind' },
  ...{ outcome: 'ipto.webhook.delivery.outcome', statusCode: 'http.response.status_code' },
};

const attributesOf = (values: Attributes): Attributes =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [NAMES[name]!, value]));

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

/** Runs a job, and has it counted and logged. A job that fails is tried again by the queue. */
export async function observedJob(
  { log, counts, spans }: JobObservers,
  { job }: Pick<JobHelpers, 'job'>,
  details: { readonly tenantId?: string; readonly webhookId?: string },
  run: () => Promise<void>,
): Promise<void> {
  const { task_identifier: task, attempts, run_at: runAt } = job;
  const lag = Math.max(0, Date.now() - runAt.getTime());
  const began = performance.now();
  let outcome = 'failed';
  counts.lags.observeMs(lag);
  try {
    await (spans ? spans.run(`job ${task}`, attributesOf({ task, attempts, ...details }), run) : run());
    outcome = 'done';
  } finally {
    const ms = performance.now() - began;
    counts.jobs.add(1, task, outcome);
    counts.durations.observeMs(ms);
    log.info({ task, ...details, outcome, attempts, lagMs: lag, ms: rounded(ms) }, 'job');
  }
}

/** Mail that is counted and logged: never to whom it goes, nor what it says (SPEC A4). */
export const observedMail = ({ log, counts }: Pick<JobObservers, 'log' | 'counts'>, mail: Mail, tenantId: string): Mail => ({
  send: async message => {
    const began = performance.now();
    const note = (outcome: string, details: object = {}) => {
      counts.mails.add(1, outcome);
      log.info({ tenantId, outcome, ...details, ms: rounded(performance.now() - began) }, 'mail');
    };
    try {
      await mail.send(message);
    } catch (error) {
      const { isFinal, replyCode } = error instanceof Undelivered ? error : { isFinal: false, replyCode: null };
      note(isFinal ? 'refused' : 'failed', { replyCode });
      throw error;
    }
    note('sent');
  },
});

/** Counts and logs deliveries to webhooks: never where they go, nor what they say (SPEC A4). */
export const noteDelivery =
  (
    { log, counts, spans }: JobObservers,
    names: { readonly tenantId: string; readonly webhookId: string },
  ): RunDependencies['onSent'] & {} =>
  ({ id: deliveryId, eventId, type, kind, tries }, sent) => {
    const { outcome } = sent;
    if (outcome === 'held') return;
    const failure = outcome === 'failed' ? sent.error.failure : outcome === 'skipped' ? sent.failure : '';
    const statusCode = outcome === 'delivered' ? sent.statusCode : outcome === 'failed' ? sent.error.status : null;
    counts.deliveries.add(1, outcome, failure);
    if (outcome !== 'skipped') counts.deliveryDurations.observeMs(sent.durationMs);
    const about = { ...names, deliveryId, eventId, type, kind, outcome, ...(statusCode !== null && { statusCode }) };
    spans?.part('webhook delivery', attributesOf(about), outcome === 'skipped' ? 0 : sent.durationMs, failure);
    const details = { outcome, ...(failure && { failure }), statusCode, ...(outcome !== 'skipped' && { ms: sent.durationMs }) };
    log.info({ ...names, deliveryId, eventId, type, kind, try: tries + 1, ...details }, 'webhook');
  };
