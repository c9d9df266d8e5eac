import type { ServerResponse } from 'node:http';
import { STREAM, singleResult } from '../live/event-stream.ts';
import type { MediaType } from '../server/negotiate.ts';

export type GraphqlResponse = {
  /** Whether the client takes server-sent events alone. */
  readonly isStreamed?: boolean;
  readonly mediaType: MediaType;
  readonly text: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

/** Writes a response, unless the client has left. */
export function writeResponse(
  response: ServerResponse,
  { mediaType, isStreamed = false, text, status = 200, headers }: GraphqlResponse,
): void {
  if (response.destroyed) return;
  if (status === 304) return void response.writeHead(status, headers).end();
  const body = isStreamed ? singleResult(text) : text;
  response.writeHead(status, {
    'content-type': isStreamed ? STREAM : mediaType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(body);
}
