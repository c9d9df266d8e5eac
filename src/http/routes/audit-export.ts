import { exportEvents } from '../../domain/audit/export.ts';
import { RefusedError } from '../../domain/core/recheck.ts';
import { type ContextOptions, checkNotRepeated, credentialsOf, requestContext } from '../auth/request-context.ts';
import { RequestBudget } from '../budget/request-budget.ts';
import type { Handler } from '../server/route.ts';
import { EXPORT_FORMATS } from './audit-export-format.ts';
import { exportQuery } from './audit-export-query.ts';
import { sendRefusal } from './refusal.ts';
import { streamFile } from './stream-file.ts';

/**
 * Handles `GET /audit/export?format=csv|jsonl[&from=][&until=][&action=A,B][&actorId=][&outcome=]`
 * with the log of the tenant context. A refusal is sent before the first byte of the file; a later
 * failure resets the connection, so that no client takes a part for the whole.
 */
export const createAuditExport =
  (options: ContextOptions): Handler =>
  async (request, response, { requestId, log, record }) => {
    checkNotRepeated(request);
    const budget = new RequestBudget(options.budget, request, response);
    const database = options.database.observedBy(record);
    const context = await requestContext(await credentialsOf(request, requestId, options, budget), { database });
    record.authorized(context.grant);
    const { format, filter } = exportQuery(request.url!);
    const pages = exportEvents(context, filter);
    const first = await pages.next().catch(error => {
      if (!(error instanceof RefusedError)) throw error;
      sendRefusal(response, requestId, error);
      return null;
    });
    if (!first) return;
    const { mediaType, head, write } = EXPORT_FORMATS[format];
    const day = options.services.clock.now().toISOString().slice(0, 10);
    response.writeHead(200, {
      'content-type': mediaType,
      'content-disposition': `attachment; filename="audit-${context.membership!.slug}-${day}.${format}"`,
      'cache-control': 'no-store',
    });
    async function* body() {
      if (head) yield head;
      if (!first!.done) yield write(first!.value);
      for await (const page of pages) yield write(page);
    }
    await streamFile({ request, response, log, requestId }, body);
  };
