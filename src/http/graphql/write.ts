import type { ServerResponse } from 'node:http';
import type { MediaType } from '../server/negotiate.ts';

export type GraphqlResponse = {
  readonly mediaType: MediaType;
  readonly text: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

/** Writes a response, unless the client has left. */
export function writeResponse(response: ServerResponse, { mediaType, text, status = 200, headers }: GraphqlResponse): void {
  if (response.destroyed) return;
  if (status === 304) return void response.writeHead(status, headers).end();
  response.writeHead(status, {
    'content-type': mediaType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers,
  });
  response.end(text);
}
