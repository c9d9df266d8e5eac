import type { UnitOfWork } from '../../database/index.ts';
import { noticeIds, takeNotice } from '../../database/queries/notice.ts';
import { type Clock, daysAfter, type Mail } from '../core/services.ts';
import { type ReplacementFacts, replacedMessage } from './replaced-message.ts';

/** How long a notice is tried, days. */
const KEPT_DAYS = 3;

/**
 * Sends the bound tenant's notices, each once. One that was refused is tried again by the next
 * call, for three days. Safe to run concurrently: the second run waits for the first.
 *
 * @throws {AggregateError} of the messages that weren't accepted, after all were tried.
 */
export async function sendNotices(unit: UnitOfWork, { clock, mail }: { readonly clock: Clock; readonly mail: Mail }): Promise<void> {
  const failures: unknown[] = [];
  for (const id of await noticeIds(unit.query))
    await unit
      .transaction(
        async ({ query }) => {
          const notice = await takeNotice<ReplacementFacts>(query, id);
          if (notice && clock.now() < daysAfter(notice.createdAt, KEPT_DAYS)) await mail.send(replacedMessage(notice.email, notice.facts));
        },
        { once: true },
      )
      .catch(error => failures.push(error));
  if (failures.length) throw new AggregateError(failures, `${failures.length} notices could not be sent`);
}
