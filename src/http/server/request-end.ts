import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import { pathOf } from './origin-form.ts';
import type { RequestCounts } from './request-counts.ts';
import type { RequestEnd, RequestRecord, RequestTrace } from './request-record.ts';
import type { GatewayResponse } from './respond.ts';

/** What learns of requests, beside the log. */
export type RequestObservers = {
  /** Null: nothing is counted. */
  readonly counts: RequestCounts | null;
  /** Starts the spans of a request; returns null for one that isn't traced. Null: none is. */
  readonly startTrace: ((request: IncomingMessage, record: RequestRecord) => RequestTrace | null) | null;
};

/** Letters of a client's text in a log line. */
const MAX_TEXT = 200;
/** Letters of an operation's name: GraphQL allows letters, digits and underscores in it. */
const MAX_NAME = 64;

/**
 * Begins to observe a request.
 *
 * @returns what has it counted, logged and traced, to be called at its end; null if nobody asks.
 */
export function observeRequest(
  log: Logger,
  { counts, startTrace }: RequestObservers,
  request: IncomingMessage,
  response: GatewayResponse,
): (() => void) | null {
  const { record, requestId } = response;
  const isLogged = log.isLevelEnabled('info');
  if (startTrace) record.trace = startTrace(request, record);
  if (!isLogged && !counts && !record.trace) return null;
  counts?.began();
  return () => {
    const status = response.writableFinished ? response.statusCode : null; // null: the client left.
    const end = { requestId, method: request.method!, path: pathOf(request.url!), status, endedAt: performance.now() };
    counts?.ended(record, end);
    if (isLogged) log.info(logLine(record, end), 'request');
    record.trace?.end(record, end);
  };
}

const rounded = (ms: number): number => Math.round(ms * 10) / 10;

function logLine(record: RequestRecord, { requestId, method, path, status, endedAt }: RequestEnd): object {
  const line = { requestId, method, path: path.slice(0, MAX_TEXT), status, ms: rounded(endedAt - record.startedAt) };
  const { isOperation, operation, grant, document, execution, charged, statements, databaseMs } = record;
  const codes = record.codes();
  return {
    ...line,
    ...(isOperation && { type: operation?.operation.operation ?? null, operation: nameOf(record), document, execution, cost: charged }),
    ...(grant && { principal: grant.principal.kind, tenantId: grant.tenantAccess?.tenantId ?? null }),
    ...(codes.length && { codes }),
    ...(statements && { statements, databaseMs: rounded(databaseMs) }),
  };
}

/** The name of a request's operation, for logs and spans; null without one. */
export const nameOf = ({ operation }: RequestRecord): string | null => operation?.operation.name?.value.slice(0, MAX_NAME) ?? null;
