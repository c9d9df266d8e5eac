import { randomUUID } from 'node:crypto';
import { type IncomingMessage, ServerResponse } from 'node:http';
import { ERRORS, type ErrorCode } from '../../domain/core/errors.ts';
import { MEDIA_TYPES, responseMediaType } from './negotiate.ts';
import { RequestRecord } from './request-record.ts';

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** The caller's `X-Request-Id` if it is safe to log and to return, else a new id. */
function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/** A response whose head always has the request's id and forbids guessing its type. */
export class GatewayResponse<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  readonly requestId = requestIdOf(this.req);
  readonly record = new RequestRecord();

  override writeHead(status: number, ...rest: unknown[]): this {
    const given = rest.find(part => typeof part === 'object') ?? {};
    const head = Array.isArray(given)
      ? [...given, 'x-request-id', this.requestId, 'x-content-type-options', 'nosniff']
      : { 'x-request-id': this.requestId, 'x-content-type-options': 'nosniff', ...given };
    return typeof rest[0] === 'string' ? super.writeHead(status, rest[0], head) : super.writeHead(status, head);
  }
}

/** Sends JSON, which no cache may keep. `type` is the media type. */
export function sendJson(response: ServerResponse, status: number, type: string, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text), 'cache-control': 'no-store' });
  response.end(text);
}

/** An error of a whole request: its code and details go into `extensions`. */
export type RequestError = { readonly code: ErrorCode; readonly message: string; readonly details?: object; readonly status?: number };

/** Refuses a request, whichever its route, in the media type that it accepts. */
export function sendError(response: ServerResponse, requestId: string, { code, message, details, status }: RequestError): void {
  if (response instanceof GatewayResponse) response.record.refusal = { ...details, code };
  const httpStatus = status ?? ERRORS[code].status ?? (code === 'NOT_FOUND' ? 404 : 400);
  const { authorization, accept } = response.req.headers;
  if (httpStatus === 401) response.setHeader('www-authenticate', authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"');
  const { retryAfter = 1 } = (details ?? {}) as { retryAfter?: number };
  if (httpStatus === 503 || httpStatus === 429) response.setHeader('retry-after', retryAfter);
  const type = responseMediaType(accept) ?? MEDIA_TYPES[0];
  sendJson(response, httpStatus, type, { errors: [{ message, extensions: { code, ...details, requestId } }] });
}
