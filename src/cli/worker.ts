import { defineCommand } from 'citty';
import { type WorkerConfig, workerConfig } from '../config.ts';
import { metricsAddressOf, traceSettingsOf } from '../config-observe.ts';
import { webhookSettingsOf } from '../config-webhook.ts';
import { checkDatabase, openDatabase } from '../database/index.ts';
import { systemClock } from '../domain/core/services.ts';
import { createLog } from '../http/server/log.ts';
import { JobCounts } from '../jobs/job-counts.ts';
import { startWorker } from '../jobs/worker.ts';
import { smtpMail } from '../mail/smtp.ts';
import { observeWorker } from '../observe/observe.ts';
import { webhookSender } from '../webhook/sender.ts';
import { whenReachable } from '../when-reachable.ts';
import { fail, orFail } from './fail.ts';
import { stopOnSignal } from './stop-on-signal.ts';
import { openRemoval } from './store.ts';

/** `npm run worker`: runs the jobs in production. Several workers share the work. */
export const workerCommand = defineCommand({
  meta: { name: 'worker', description: 'Run due jobs: invitations, expiries, plan changes, deletions, webhooks' },
  run: () => orFail(() => work(workerConfig())),
});

async function work(config: WorkerConfig) {
  const log = createLog(config.LOG_LEVEL);
  const mail = smtpMail({ url: config.SMTP_URL, from: config.MAIL_FROM });
  const database = openDatabase(config.DATABASE_URL, {
    onIdleError: error => log.warn({ err: error }, 'a database connection broke'),
    onUnexpected: error => log.warn({ err: error }, 'a single statement failed; Prisma answers'),
  });
  const { keys, allowLoopback } = webhookSettingsOf(config);
  const webhooks = keys ? { keys, sender: webhookSender({ allowLoopback }), concurrency: config.WEBHOOK_CONCURRENCY } : undefined;
  const counts = new JobCounts();
  const address = metricsAddressOf(config);
  const metrics = address && (await observeWorker({ address, database, counts: { jobs: counts, clock: systemClock } }));
  if (metrics) log.info({ url: metrics.url }, 'metrics');
  const traces = traceSettingsOf(config);
  const tracing = traces && (await import('../observe/tracing/tracing.ts')).openTracing(traces, log, 'ipto-worker');
  const store = await openRemoval(config, systemClock);
  const stopping = new AbortController();
  const starting = whenReachable(() => checkDatabase(database.query), log, stopping.signal).then(() =>
    startWorker({
      database,
      url: config.WORKER_DATABASE_URL ?? config.DATABASE_URL,
      dependencies: { clock: systemClock, mail, acceptUrl: config.INVITATION_URL, store },
      webhooks,
      log,
      concurrency: config.WORKER_CONCURRENCY,
      onFailure: fail,
      counts,
      spans: tracing?.jobs ?? null,
    }),
  );
  const stop = async () => {
    stopping.abort();
    await (await starting.catch(() => null))?.stop();
    mail.close();
    await metrics?.stop();
    await tracing?.stop();
    await database.close();
  };
  stopOnSignal(stop, error => log.error({ err: error }, 'stopping failed'));
  await starting.then(
    () => log.info('working'),
    error => {
      if (!stopping.signal.aborted) throw error;
    },
  );
}
