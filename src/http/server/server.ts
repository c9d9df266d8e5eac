import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { isUnreachable } from '../../database/index.ts';
import { GatewayError } from '../../domain/core/errors.ts';
import { type Gateway, GRAPHQL, isGatewayPath } from '../gateway.ts';
import { answerMalformed, trackConnections } from './connections.ts';
import { applyLimits, SERVER_LIMITS, type ServerLimits } from './limits.ts';
import { listen } from './listen.ts';
import { originForm, pathOf } from './origin-form.ts';
import { observeRequest, type RequestObservers } from './request-end.ts';
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
  readonly observers?: RequestObservers | undefined;
};

/** With what follows it, a stop takes less than ten seconds. */
const GRACE_MS = 8_000;

const UNOBSERVED: RequestObservers = { counts: null, startTrace: null };

export type RunningServer = {
  readonly url: string;
  /** Opens the gateway's paths, which are UNAVAILABLE before. */
  serve(gateway: Gateway): void;
  /**
   * Says that it is not ready, and serves on: a balancer turns away before the connections that it
   * keeps are closed under its requests. Each response asks to close its connection.
   */
  turnAway(): void;
  /**
   * Stops listening, closes idle connections, and lets requests under way end, for `grace` ms; half
   * of it for those that haven't arrived yet.
   */
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
  observers = UNOBSERVED,
}: ServerOptions): Promise<RunningServer> {
  let gateway: Gateway | undefined;
  let [turnedAway, stopping] = [false, false];

  async function handle(request: IncomingMessage, response: GatewayResponse): Promise<void> {
    const { requestId, record } = response;
    const path = pathOf(request.url!);
    if (path === '/livez') return sendStatus(response, 200, 'alive');
    if (path === '/readyz') {
      const ready = !turnedAway && gateway !== undefined && (await isReady().catch(() => false));
      return sendStatus(response, ready ? 200 : 503, ready ? 'ready' : 'not ready');
    }
    for (const route of routes) if (await route(request, response)) return;
    if (!isGatewayPath(path)) throw new GatewayError('NOT_FOUND', `There is nothing here; GraphQL is at ${GRAPHQL}.`);
    if (!gateway || stopping) throw new GatewayError('UNAVAILABLE', 'The gateway is starting or stopping. Try again.');
    await gateway(request, response, { requestId, log, record });
  }

  const server = createServer({ ServerResponse: GatewayResponse, connectionsCheckingInterval: 1_000 }, (request, response) => {
    const { requestId, record } = response;
    request.url = originForm(request.url!);
    const observed = observeRequest(log, observers, request, response);
    response.on('close', () => {
      observed?.();
      if (!response.writableFinished) record.caller.leave();
    });
    if (turnedAway) response.setHeader('connection', 'close');
    const run = () =>
      handle(request, response).catch(error => {
        if (response.headersSent || record.isOfLeaving(error)) return response.destroy();
        sendError(response, requestId, requestErrorOf(error, log, requestId));
      });
    if (record.trace) record.trace.run(run);
    else run();
  });

  applyLimits(server, limits);
  answerMalformed(server, log);
  const { closeIdle, closeIncomplete } = trackConnections(server);
  const url = await listen(server, { host, port });
  return {
    url,
    serve: served => {
      gateway = served;
    },
    turnAway: () => {
      turnedAway = true;
    },
    stop: async (grace = GRACE_MS) => {
      [turnedAway, stopping] = [true, true];
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      closeIdle();
      const timers = [setTimeout(closeIncomplete, grace / 2), setTimeout(() => server.closeAllConnections(), grace)];
      await closed;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

const sendStatus = (response: ServerResponse, code: number, status: string) =>
  sendJson(response, code, 'application/json; charset=utf-8', { status });

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
