import type { UnitOfWork } from '../../database/index.ts';
import { type DueNotice, dueNotice, noteRefusals, noteTry, removeNotice } from '../../database/queries/notice.ts';
import { afterFailure, beginTry } from '../core/delivery.ts';
import { type Clock, daysAfter, type Mail } from '../core/services.ts';
import { type NoticeFacts, noticeMessage } from './message.ts';

/** How long a notice is tried, days. */
const KEPT_DAYS = 3;

type Services = { readonly clock: Clock; readonly mail: Mail };
type Due = DueNotice<NoticeFacts>;

/**
 * Sends the bound tenant's notices that are due. Safe to run concurrently: one of the runs sends.
 * A worker that is killed after the mail server took a message sends it again.
 *
 * @throws {AggregateError} of the messages that weren't accepted, after all were tried. They are
 * tried again later, or given up (`../core/delivery.ts`).
 */
export async function sendNotices(unit: UnitOfWork, services: Services): Promise<void> {
  const failures: unknown[] = [];
  for (let next = await begun(unit, services.clock, null); next; next = await begun(unit, services.clock, next.id))
    await send(unit, services, next).catch(error => failures.push(error));
  if (failures.length) throw new AggregateError(failures, `${failures.length} notices could not be sent`);
}

/** The next notice that is due, whose try has begun. */
const begun = (unit: UnitOfWork, clock: Clock, after: string | null): Promise<Due | undefined> =>
  unit.transaction(async ({ query }) => {
    const notice = await dueNotice<NoticeFacts>(query, after, clock.now());
    if (notice) await noteTry(query, notice.id, beginTry(notice, clock.now()));
    return notice;
  });

/** @throws what the mail server said, after it was stored. */
async function send({ query }: UnitOfWork, { clock, mail }: Services, { id, email, facts, createdAt, refusals }: Due): Promise<void> {
  if (clock.now() >= daysAfter(createdAt, KEPT_DAYS)) return removeNotice(query, id);
  try {
    await mail.send(noticeMessage(email, facts));
  } catch (error) {
    const after = afterFailure({ refusals }, error, clock.now());
    if ('givenUpAt' in after) await removeNotice(query, id);
    else if ('refusals' in after) await noteRefusals(query, id, after.refusals);
    throw error;
  }
  await removeNotice(query, id);
}
