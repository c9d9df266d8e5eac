import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';

/** How long a new connection has for its first request while the server closes, ms. */
const FIRST_REQUEST_MS = 250;

/**
 * Counts the requests under way on each connection. Node's own closing keeps connections that have
 * sent nothing yet, and those whose last response ends while the server closes.
 *
 * @returns closes each connection without a request, now or as soon as its last response has ended,
 * and those that had none yet a moment later: its request may be on its way;
 * and closes those whose request hasn't arrived yet, as of a client that sends slowly.
 */
export function trackConnections(server: Server): { closeIdle(): void; closeIncomplete(): void } {
  const requests = new Map<Socket, number>();
  const arriving = new Map<Socket, IncomingMessage>();
  let closing = false;
  server.on('connection', (socket: Socket) => {
    requests.set(socket, 0);
    socket.on('close', () => {
      requests.delete(socket);
      arriving.delete(socket);
    });
  });
  server.prependListener('request', (request, response) => {
    const { socket } = request;
    arriving.set(socket, request);
    requests.set(socket, (requests.get(socket) ?? 0) + 1);
    response.on('close', () => {
      const left = (requests.get(socket) ?? 1) - 1;
      if (!socket.destroyed) requests.set(socket, left);
      if (closing && left === 0) socket.destroySoon();
    });
  });
  return {
    closeIdle: () => {
      closing = true;
      const fresh: Socket[] = [];
      for (const [socket, count] of requests) {
        if (count > 0) continue;
        if (arriving.has(socket)) socket.destroy();
        else fresh.push(socket);
      }
      const closeFresh = () => {
        for (const socket of fresh) if (requests.get(socket) === 0) socket.destroy();
      };
      if (fresh.length) setTimeout(() => setImmediate(closeFresh), FIRST_REQUEST_MS).unref();
    },
    closeIncomplete: () => {
      for (const [socket, request] of arriving) if (!request.complete) socket.destroy();
    },
  };
}

/** The statuses of Node's parser errors; others are 400. */
const STATUSES: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};
/** The client left before its request was complete. */
const CLIENT_LEFT: readonly string[] = ['ECONNRESET', 'EPIPE', 'HPE_INVALID_EOF_STATE'];

/** Answers what isn't an HTTP request, which no handler sees, in the form of all other errors. */
export function answerMalformed(server: Server, log: Logger): void {
  server.on('clientError', ({ code = '' }: NodeJS.ErrnoException, socket: Socket) => {
    if (CLIENT_LEFT.includes(code)) return socket.destroy();
    const requestId = randomUUID();
    log.info({ requestId, reason: code }, 'not an HTTP request');
    if (!socket.writable) return socket.destroy();
    socket.end(malformed(STATUSES[code] ?? '400 Bad Request', requestId));
  });
}

function malformed(status: string, requestId: string): string {
  const body = JSON.stringify({ errors: [{ message: 'This is not an HTTP request.', extensions: { code: 'BAD_REQUEST', requestId } }] });
  return [
    `HTTP/1.1 ${status}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'x-content-type-options: nosniff',
    'connection: close',
    '',
    body,
  ].join('\r\n');
}
