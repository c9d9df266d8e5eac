import { RefusedError } from '../../domain/core/recheck.ts';
import { exportPerson, type PersonRecord } from '../../domain/person/export.ts';
import { type ContextOptions, checkNotRepeated, credentialsOf, requestContext } from '../auth/request-context.ts';
import { RequestBudget } from '../budget/request-budget.ts';
import type { Handler } from '../server/route.ts';
import { sendRefusal } from './refusal.ts';
import { streamFile } from './stream-file.ts';

const write = (records: readonly PersonRecord[]): string => records.map(record => `${JSON.stringify(record)}\n`).join('');

/**
 * Handles `GET /person/export`: what is stored about the caller, in all tenants, as JSON lines
 * (SPEC R10).
 */
export const createPersonExport =
  (options: ContextOptions): Handler =>
  async (request, response, { requestId, log, record }) => {
    checkNotRepeated(request);
    const context = await requestContext(
      await credentialsOf(request, requestId, options, new RequestBudget(options.budget, request, response)),
      { database: options.database.observedBy(record) },
    );
    record.authorized(context.grant);
    const pages = exportPerson(context);
    const first = await pages.next().catch(error => {
      if (!(error instanceof RefusedError)) throw error;
      sendRefusal(response, requestId, error);
      return null;
    });
    if (!first) return;
    response.writeHead(200, {
      'content-type': 'application/jsonl; charset=utf-8',
      'content-disposition': `attachment; filename="person-${options.services.clock.now().toISOString().slice(0, 10)}.jsonl"`,
      'cache-control': 'no-store',
    });
    async function* body() {
      if (!first!.done) yield write(first!.value);
      for await (const page of pages) yield write(page);
    }
    await streamFile({ request, response, log, requestId }, body);
  };
