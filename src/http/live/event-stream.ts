import type { ServerResponse } from 'node:http';
import type { LiveCounts } from './live-counts.ts';

export const STREAM = 'text/event-stream';

/** Bytes that may wait for a slow client before its connection is closed. */
const MAX_WAITING = 1024 * 1024;

/** How soon a client may reconnect after the connection was closed, ms. */
const RECONNECT_MS = 1_000;

/** A text as the data of an event: a line for each of its lines. */
const dataOf = (text: string): string => `data: ${text.replaceAll('\n', '\ndata: ')}\n`;

/** The whole response to an operation with one result. */
export const singleResult = (text: string): string => `event: next\n${dataOf(text)}\nevent: complete\ndata:\n\n`;

/**
 * A response of server-sent events, in the form of the GraphQL over SSE protocol's distinct
 * connections mode, with ids.
 */
export class EventStream {
  constructor(
    private readonly response: ServerResponse,
    private readonly counts: LiveCounts,
  ) {
    response.writeHead(200, {
      'content-type': `${STREAM}; charset=utf-8`,
      'cache-control': 'no-store',
      // Proxies that collect a response would keep events back.
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    response.write(`retry: ${RECONNECT_MS}\n\n`);
  }

  /** Whether the client reads more slowly than events are sent. */
  get isBuffering(): boolean {
    return this.response.writableLength > 0;
  }

  get isOpen(): boolean {
    return !this.response.destroyed && !this.response.writableEnded;
  }

  /** Calls `listener` once when the connection is closed, by whomever. */
  onClose(listener: () => void): void {
    this.response.once('close', listener);
  }

  /** Sends a result. A client that doesn't read is disconnected: it can resume by its last id. */
  next(result: string, id: string | null): void {
    this.#write(`${id === null ? '' : `id: ${id}\n`}event: next\n${dataOf(result)}\n`);
  }

  /**
   * Sends a comment, which clients ignore. An empty one is a sign of life, so that nobody on the
   * way takes the connection for dead.
   */
  comment(text = ''): void {
    this.#write(`:${text && ` ${text}`}\n\n`);
  }

  /** Ends the stream for good: a client doesn't reconnect. */
  complete(): void {
    this.#write('event: complete\ndata:\n\n');
    this.response.end();
  }

  /** Ends the connection; a client reconnects and resumes. */
  interrupt(): void {
    if (this.isOpen) this.response.end();
  }

  #write(text: string): void {
    if (!this.isOpen) return;
    this.response.write(text);
    if (this.response.writableLength <= MAX_WAITING) return;
    this.counts.disconnected += 1;
    this.response.destroy();
  }
}
