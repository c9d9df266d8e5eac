import type { Database, Query } from '../database/index.ts';
import { dueWebhooks, type WebhookName, wakeWebhook } from '../database/queries/webhook.ts';
import { type RunDependencies, runWebhook } from '../domain/webhook/run.ts';
import { type JobObservers, noteDelivery } from './observed.ts';

/** Sends what is due to a webhook. */
export const deliver = (
  database: Database,
  dependencies: Omit<RunDependencies, 'onSent'>,
  { tenantId, webhookId }: WebhookName,
  observers: JobObservers,
): Promise<void> => {
  const onSent = noteDelivery(observers, { tenantId, webhookId });
  return runWebhook(database.bind({ tenantId, personId: null }), { ...dependencies, onSent }, webhookId);
};

/** Adds a job for each webhook for which something is to be done. */
export async function wakeDueWebhooks(query: Query, now: Date): Promise<void> {
  for (const name of await dueWebhooks(query, now)) await wakeWebhook(query, name);
}
