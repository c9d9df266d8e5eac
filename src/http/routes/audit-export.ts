import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { refusalExtensions } from '../../access/refusal-payload.ts';
import { exportEvents } from '../../domain/audit/export.ts';
import { RefusedError } from '../../domain/core/recheck.ts';
import { type ContextOptions, checkNotRepeated, credentialsOf, requestContext } from '../auth/request-context.ts';
import { sendError } from '../server/respond.ts';
import type { Handler } from '../server/route.ts';
import { EXPORT_FORMATS } from './audit-export-format.ts';
import { exportQuery } from './audit-export-query.ts';

/**
 * Handles `GET /audit/export?format=csv|jsonl[&from=][&until=][&action=A,B][&actorId=][&outcome=]`
 * with the log of the tenant context. A refusal is sent before the first byte of the file; a later
 * failure resets the connection, so that no client takes a part for the whole.
 */
export const createAuditExport =
  (options: ContextOptions): Handler =>
  async (request, response, { requestId, log }) => {
    checkNotRepeated(request);
    const context = await requestContext(await credentialsOf(request, requestId, options), options);
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
    try {
      // `end: false`: an error must reset the connection, because HTTP/1.0 takes a closed one for
      // the end of the file.
      await pipeline(body, response, { end: false });
      response.end();
    } catch (error) {
      if (!response.destroyed) log.warn({ err: error, requestId }, 'an export failed after its first byte');
      request.socket.resetAndDestroy();
    }
  };

/**
 * The HTTP status of a refusal of the whole request; in GraphQL a refusal is an error of a field.
 */
const STATUS: Readonly<Record<RefusedError['refusal']['because'], number>> = {
  SIGN_IN: 401,
  NO_TENANT: 400,
  ROLE: 403,
  KEY_SCOPE: 403,
  TENANT_STATUS: 403,
  PLAN: 403,
};

function sendRefusal(response: ServerResponse, requestId: string, { message, refusal }: RefusedError): void {
  const { code, ...details } = refusalExtensions(refusal);
  sendError(response, requestId, { code, message, details, status: STATUS[refusal.because] });
}
