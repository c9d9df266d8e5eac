import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';

/**
 * Keeps count of who waits for an answer: node's own closing lets a socket be that has not asked
 * anything yet, and one whose answer ends during the closing.
 *
 * @returns closes every connection as soon as nobody on it waits, now and from now on.
 */
export function trackIdle(server: Server): () => void {
  const waiting = new Map<Socket, number>();
  let closing = false;
  server.on('connection', (socket: Socket) => {
    waiting.set(socket, 0);
    socket.on('close', () => waiting.delete(socket));
  });
  server.prependListener('request', ({ socket }, response) => {
    waiting.set(socket, (waiting.get(socket) ?? 0) + 1);
    response.on('close', () => {
      const left = (waiting.get(socket) ?? 1) - 1;
      if (!socket.destroyed) waiting.set(socket, left);
      if (closing && left === 0) socket.destroySoon();
    });
  });
  return () => {
    closing = true;
    for (const [socket, count] of waiting) if (count === 0) socket.destroy();
  };
}

/** How node's parser names what is too large or too slow; anything else is 400. */
const MALFORMED: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers what isn't an HTTP request, which no handler sees, as everything else is answered. */
export function answerMalformed(server: Server, log: Logger): void {
  server.on('clientError', ({ code }: NodeJS.ErrnoException, socket: Socket) => {
    const requestId = randomUUID();
    log.info({ requestId, reason: code }, 'not an HTTP request');
    if (!socket.writable) return socket.destroy();
    socket.end(malformed(MALFORMED[code ?? ''] ?? '400 Bad Request', requestId));
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
