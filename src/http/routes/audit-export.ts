import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';
import { refusalExtensions } from '../../access/refusal-payload.ts';
import { type ExportedEvent, exportEvents } from '../../domain/audit/export.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import { RefusedError } from '../../domain/core/recheck.ts';
import { encodeGlobalId, rowId } from '../../graphql/core/global-id.ts';
import { type ContextOptions, checkSingle, credentialsOf, requestContext } from '../auth/request-context.ts';
import type { Served } from '../graphql/errors.ts';
import { actionName, exportQuery } from './audit-export-query.ts';

/** Where a tenant's audit log is exported. */
export const AUDIT_EXPORT = '/audit/export';

/** An event as GraphQL names and writes it, so that a program reads both the same way. */
export const exported = ({ tenantId, id, seq, at, action, outcome, actorKind, stateBefore, stateAfter, ...event }: ExportedEvent) => ({
  id: encodeGlobalId('AuditEvent', rowId({ tenantId, id })),
  sequence: seq,
  at: at.toISOString(),
  action: actionName(action),
  outcome: outcome.toUpperCase(),
  code: event.code,
  rule: event.rule,
  actorKind: actorKind.toUpperCase(),
  actorId: event.actorId,
  actorName: event.actorName,
  targetType: event.targetType,
  targetId: event.targetId,
  before: stateBefore,
  after: stateAfter,
  requestId: event.requestId,
});

type Row = ReturnType<typeof exported>;

const COLUMNS: readonly (keyof Row)[] = [
  ...([
    'id',
    'sequence',
    'at',
    'action',
    'outcome',
    'code',
    'rule',
    'actorKind',
    'actorId',
    'actorName',
    'targetType',
    'targetId',
  ] as const),
  ...(['before', 'after', 'requestId'] as const),
];

/**
 * Rows as RFC 4180 has them; a cell that a spreadsheet would calculate begins with an apostrophe.
 */
const csv = (rows: readonly (Row | readonly string[])[]): string =>
  stringify([...rows], {
    columns: [...COLUMNS],
    record_delimiter: '\r\n',
    quoted_match: /[\r\n]/,
    escape_formulas: true,
    cast: { object: state => JSON.stringify(state) },
  });

type Format = { readonly type: string; readonly head: string; readonly write: (rows: readonly Row[]) => string };

const FORMATS: Readonly<Record<'csv' | 'jsonl', Format>> = {
  csv: { type: 'text/csv; charset=utf-8; header=present', head: csv([COLUMNS]), write: csv },
  jsonl: {
    type: 'application/jsonl; charset=utf-8',
    head: '',
    write: rows => rows.map(row => `${JSON.stringify(row)}\n`).join(''),
  },
};

/**
 * Answers `GET /audit/export?format=csv|jsonl[&from=][&until=][&action=A,B][&actorId=][&outcome=]`
 * with the log of the tenant context. Whatever refuses it is known before the first byte; what
 * fails after that resets the connection, lest a part look like the whole.
 */
export async function exportAudit(
  request: IncomingMessage,
  response: ServerResponse,
  { requestId, log }: Served,
  options: ContextOptions,
): Promise<void> {
  if (request.method !== 'GET') {
    response.setHeader('allow', 'GET');
    throw new GatewayError('METHOD_NOT_ALLOWED', 'An export is asked for with GET.');
  }
  checkSingle(request);
  const context = await requestContext(await credentialsOf(request, requestId, options), options);
  const { format, filter } = exportQuery(request.url!);
  const pages = exportEvents(context, filter);
  const first = await pages.next().catch(error => {
    if (!(error instanceof RefusedError)) throw error;
    sendRefusal(response, error, requestId);
    return null;
  });
  if (!first) return;
  const { type, head, write } = FORMATS[format];
  const day = options.services.clock.now().toISOString().slice(0, 10);
  response.writeHead(200, {
    'content-type': type,
    'content-disposition': `attachment; filename="audit-${context.membership!.slug}-${day}.${format}"`,
    'cache-control': 'no-store',
  });
  const { done, value } = first;
  async function* body() {
    if (head) yield head;
    if (!done) yield write(value.map(exported));
    for await (const page of pages) yield write(page.map(exported));
  }
  try {
    // which leaves the connection to us, to reset it: HTTP/1.0 takes a closed one for the end
    await pipeline(body, response, { end: false });
    response.end();
  } catch (error) {
    if (!response.destroyed) log.warn({ err: error, requestId }, 'an export broke off');
    request.socket.resetAndDestroy();
  }
}

/**
 * The HTTP status of a refusal, where the whole request is refused: GraphQL has it on a field of a
 * 200.
 */
const STATUS: Readonly<Record<RefusedError['refusal']['because'], number>> = {
  SIGN_IN: 401,
  NO_TENANT: 400,
  ROLE: 403,
  KEY_SCOPE: 403,
  TENANT_STATUS: 403,
  PLAN: 403,
};

function sendRefusal(response: ServerResponse, { message, refusal }: RefusedError, requestId: string) {
  const status = STATUS[refusal.because];
  if (status === 401) response.setHeader('www-authenticate', 'Bearer');
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify({ errors: [{ message, extensions: { ...refusalExtensions(refusal), requestId } }] }));
}
