import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { isUnreachable } from '../../database/index.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import { type Gateway, GRAPHQL, isGatewayPath } from '../gateway.ts';
import { answerMalformed, trackIdle } from './connections.ts';
import { applyLimits, SERVER_LIMITS, type ServerLimits } from './limits.ts';
import { originForm, pathOf } from './origin-form.ts';
import { GatewayResponse, type RequestError, sendError, sendJson } from './respond.ts';
import type { Route } from './route.ts';

export type ServerOptions = {
  readonly log: Logger;
  readonly host: string;
  readonly port: number;
  /** Routes that need no database, tried in order before the gateway's. */
  readonly routes?: readonly Route[];
  readonly limits?: ServerLimits | undefined;
  /** Whether the database answers. */
  readonly isReady: () => Promise<boolean>;
};

export type RunningServer = {
  readonly url: string;
  /** Opens the gateway's paths, which are UNAVAILABLE before. */
  serve(gateway: Gateway): void;
  /** Stops listening, closes idle connections, and lets requests under way end, for `grace` ms. */
  stop(grace?: number): Promise<void>;
};

/** Starts to listen; `/livez` and `/readyz` answer at once. */
export async function startServer({
  log,
  host,
  port,
  routes = [],
  limits = SERVER_LIMITS,
  isReady,
}: ServerOptions): Promise<RunningServer> {
  let gateway: Gateway | undefined;
  let stopping = false;

  async function handle(request: IncomingMessage, response: ServerResponse, requestId: string): Promise<void> {
    const path = pathOf(request.url!);
    if (path === '/livez') return sendStatus(response, 200, 'alive');
    if (path === '/readyz') {
      const ready = !stopping && gateway !== undefined && (await isReady().catch(() => false));
      return sendStatus(response, ready ? 200 : 503, ready ? 'ready' : 'not ready');
    }
    for (const route of routes) if (await route(request, response)) return;
    if (!isGatewayPath(path)) throw new GatewayError('NOT_FOUND', `There is nothing here; GraphQL is at ${GRAPHQL}.`);
    if (!gateway || stopping) throw new GatewayError('UNAVAILABLE', 'The gateway is starting or stopping. Try again.');
    await gateway(request, response, { requestId, log });
  }

  const server = createServer({ ServerResponse: GatewayResponse, connectionsCheckingInterval: 1_000 }, (request, response) => {
    const { requestId } = response;
    request.url = originForm(request.url!);
    if (log.isLevelEnabled('info')) logOnClose(log, request, response, requestId);
    if (stopping) response.setHeader('connection', 'close');
    handle(request, response, requestId).catch(error => {
      if (response.headersSent) return response.destroy();
      sendError(response, requestId, requestErrorOf(error, log, requestId));
    });
  });

  applyLimits(server, limits);
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

const sendStatus = (response: ServerResponse, code: number, status: string) =>
  sendJson(response, code, 'application/json; charset=utf-8', { status });

function logOnClose(log: Logger, request: IncomingMessage, response: ServerResponse, requestId: string): void {
  const began = performance.now();
  response.on('close', () => {
    const ms = Math.round((performance.now() - began) * 10) / 10;
    const status = response.writableFinished ? response.statusCode : null; // null: the client left.
    log.info({ requestId, method: request.method, path: pathOf(request.url!), status, ms }, 'request');
  });
}

/** The response to a failed request: known errors as they are, others without their cause. */
function requestErrorOf(error: unknown, log: Logger, requestId: string): RequestError {
  if (error instanceof GatewayError) {
    if (error.code === 'UNAUTHENTICATED')
      log.info({ requestId, reason: (error.cause as Error | undefined)?.message ?? error.message }, 'refused');
    else if (error.cause) log.warn({ err: error.cause, requestId }, error.message);
    return error;
  }
  log.error({ err: error, requestId }, 'a request failed');
  return isUnreachable(error)
    ? { code: 'UNAVAILABLE', message: 'The database is out of reach or too slow. Try again.' }
    : { code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong on our side.' };
}

/** The server can't listen at its address. The message is a sentence for the operator. */
export class ListenError extends Error {
  override name = 'ListenError';
}

const LISTEN_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there; choose another port with PORT',
  EACCES: 'this user may not listen there; choose another port with PORT',
  EADDRNOTAVAIL: 'this machine has no such address; choose another with HOST',
};

const listen = (server: Server, host: string, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(new ListenError(`Can't listen on ${host}:${port}: ${LISTEN_ERRORS[error.code ?? ''] ?? error.message}.`)),
    );
    server.listen(port, host, resolve);
  });
