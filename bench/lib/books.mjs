import { setTimeout as sleep } from 'node:timers/promises';
import { difference } from './equality.mjs';
import { askOnce } from './servers.mjs';
import { requestOf } from './workloads.mjs';

/** The tenant whose books are compared. */
const TENANT = 3;

const BOOKS = `SELECT
  (SELECT to_jsonb(u) - '{id,at}'::text[] FROM usage_record u WHERE u.id = $2) AS usage,
  (SELECT to_jsonb(c) - '{id,at}'::text[] FROM charge c WHERE c.id = $2) AS charge,
  (SELECT to_jsonb(e) - '{id,retrieval_ref}'::text[] FROM earning e WHERE e.retrieval_ref = retrieval_ref($2)) AS earning,
  (SELECT e.payload::jsonb - '{id,at,subject}'::text[] || jsonb_build_object('subject', e.payload::jsonb #> '{subject,type}', 'id', e.subject_id = $2::text)
   FROM event e WHERE e.tenant_id = $1 AND e.usage_record_id = $2) AS event,
  (SELECT count(*)::int FROM idempotency_key WHERE tenant_id = $1) AS answers,
  (SELECT sum(used)::int FROM retrieval_count WHERE tenant_id = $1) AS used,
  (SELECT count(DISTINCT since)::int FROM retrieval_count WHERE tenant_id = $1) AS cycles`;

/** What is stored of a retrieval, once its event was moved from the outbox to where it is read. */
async function booksOf({ admin }, tenantId, id) {
  for (let tries = 0; tries < 100; tries++) {
    const [row] = (await admin.query(BOOKS, [tenantId, id])).rows;
    if (row.event || id === null) return row;
    await admin.query('SELECT crossing_number_events(500)');
    await sleep(50);
  }
  throw new Error(`the retrieval ${id} has no event`);
}

const idIn = ({ data }) => Buffer.from(data.retrieveObject.retrieval.usageRecordId, 'base64url').toString().split(':').at(-1);

/**
 * Retrieves by every server, once and once more with the same idempotency key, and compares what is
 * stored with what the first server stores: usage record, charge, earning, event, the stored answer
 * and the counted use.
 *
 * @returns the differences, in sentences.
 */
export async function compareBooks(servers, database, asking) {
  const faults = [];
  const tenantId = asking.tenantIds[TENANT];
  let expected;
  for (const server of servers) {
    const before = await booksOf(database, tenantId, null);
    const request = await requestOf('retrieve', server.dialect, { tenant: TENANT }, asking);
    const { answer } = await askOnce(server, request);
    const again = (await askOnce(server, request)).answer;
    const { answers, used, cycles, ...books } = await booksOf(database, tenantId, idIn(answer));
    const stored = { ...books, answers: answers - before.answers, used: used - (before.used ?? 0), cycles };
    if (idIn(again) !== idIn(answer)) faults.push(`${server.title}: a repeated retrieval is another`);
    expected ??= stored;
    const found = difference(expected, stored);
    if (found) faults.push(`books of a retrieval: ${servers[0].title} and ${server.title} differ at ${found}`);
    for (const [name, value] of Object.entries(stored)) if (!value) faults.push(`${server.title} stored no ${name} of a retrieval`);
  }
  return faults;
}
