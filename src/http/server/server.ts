import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { isUnreachable } from '../../database/index.ts';
import { ERRORS, type ErrorCode, GatewayError } from '../../domain/core/errors.ts';
import { ENDPOINT, type Gateway, isServed, pathOf } from '../graphql/gateway.ts';
import { answerMalformed, trackIdle } from './connections.ts';

/** A handler that may leave a request to the next one. */
export type Route = (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;

export type ServerOptions = {
  readonly log: Logger;
  readonly host: string;
  readonly port: number;
  /** Asked before GraphQL: the explorer, and the demo's own routes. */
  readonly routes?: readonly Route[];
  /** Whether the database answers. */
  readonly isReady: () => Promise<boolean>;
};

export type RunningServer = {
  readonly url: string;
  /** Lets GraphQL in; until then the server says that it is not ready. */
  serve(gateway: Gateway): void;
  /**
   * Takes no more requests, lets those under way end, and closes what idles. Waits `grace` ms at
   * most.
   */
  stop(grace?: number): Promise<void>;
};

const REQUEST_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/**
 * The id of a request: the caller's own, if it is one that can be logged and returned as it is,
 * else a new one.
 */
function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

/**
 * A response that tells which request it answers, and that its type is what it says: in the one
 * step that writes its head.
 */
class Answer<Request extends IncomingMessage = IncomingMessage> extends ServerResponse<Request> {
  readonly requestId = requestIdOf(this.req);

  override writeHead(status: number, ...rest: unknown[]): this {
    const given = rest.find(part => typeof part === 'object') ?? {};
    const own = { 'x-request-id': this.requestId, 'x-content-type-options': 'nosniff' };
    const head = Array.isArray(given) ? [...given, ...Object.entries(own).flat()] : { ...own, ...given };
    return typeof rest[0] === 'string' ? super.writeHead(status, rest[0], head) : super.writeHead(status, head);
  }
}

function send(response: ServerResponse, status: number, body: unknown) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

function sendError(response: ServerResponse, code: ErrorCode, message: string, requestId: string, details: object = {}) {
  const status = ERRORS[code].status ?? (code === 'NOT_FOUND' ? 404 : 400);
  if (status === 401) response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
  if (status === 503) response.setHeader('retry-after', '1');
  send(response, status, { errors: [{ message, extensions: { code, ...details, requestId } }] });
}

/** Starts to listen at once; `/livez` and `/readyz` answer from the first moment. */
export async function startServer({ log, host, port, routes = [], isReady }: ServerOptions): Promise<RunningServer> {
  let gateway: Gateway | undefined;
  let stopping = false;
  const ready = async () => !stopping && gateway !== undefined && (await isReady().catch(() => false));

  async function handle(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const path = pathOf(request);
    if (path === '/livez') return send(response, 200, { status: 'alive' });
    if (path === '/readyz') {
      const up = await ready();
      return send(response, up ? 200 : 503, { status: up ? 'ready' : 'not ready' });
    }
    for (const route of routes) if (await route(request, response)) return;
    if (!isServed(path)) return sendError(response, 'NOT_FOUND', `There is nothing here; GraphQL is at ${ENDPOINT}.`, requestId);
    if (!gateway || stopping) return sendError(response, 'UNAVAILABLE', 'The gateway is starting or stopping. Try again.', requestId);
    await gateway(request, response, { requestId, log });
  }

  const server = createServer({ ServerResponse: Answer }, (request, response) => {
    const { requestId } = response;
    if (log.isLevelEnabled('info')) logOnClose(request, response, requestId);
    if (stopping) response.setHeader('connection', 'close');
    handle(request, response, requestId).catch(error => fail(error, response, requestId));
  });

  function logOnClose(request: IncomingMessage, response: ServerResponse, requestId: string) {
    const began = performance.now();
    response.on('close', () => {
      const ms = Math.round((performance.now() - began) * 10) / 10;
      // null: the client left before the answer
      const status = response.writableFinished ? response.statusCode : null;
      log.info({ requestId, method: request.method, path: request.url?.split('?', 1)[0], status, ms }, 'request');
    });
  }

  function fail(error: unknown, response: ServerResponse, requestId: string) {
    if (response.headersSent) return response.destroy();
    if (error instanceof GatewayError) {
      if (error.cause) log.warn({ err: error.cause, requestId }, error.message);
      return sendError(response, error.code, error.message, requestId, error.details);
    }
    log.error({ err: error, requestId }, 'a request failed');
    if (isUnreachable(error)) return sendError(response, 'UNAVAILABLE', 'The database is out of reach just now. Try again.', requestId);
    sendError(response, 'INTERNAL_SERVER_ERROR', 'Something went wrong on our side.', requestId);
  }

  answerMalformed(server, log);
  const closeIdle = trackIdle(server);
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    serve: served => {
      gateway = served;
    },
    stop: async (grace = 10_000) => {
      stopping = true;
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      closeIdle();
      const timer = setTimeout(() => server.closeAllConnections(), grace);
      await closed;
      clearTimeout(timer);
    },
  };
}

/** The port is taken, or not for us. One sentence for a person. */
export class ListenError extends Error {
  override name = 'ListenError';
}

const WHY: Readonly<Record<string, string>> = {
  EADDRINUSE: 'something else listens there; choose another with PORT',
  EACCES: 'this user may not listen there; choose another with PORT',
  EADDRNOTAVAIL: 'this machine has no such address; choose another with HOST',
};

const listen = (server: Server, host: string, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ListenError(`Can't listen on ${host}:${port}: ${WHY[error.code ?? ''] ?? error.message}.`)),
    );
    server.listen(port, host, resolve);
  });
