import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { Served } from '../server/route.ts';

/** Where a file goes to. */
export type FileResponse = Pick<Served, 'log' | 'requestId'> & { readonly request: IncomingMessage; readonly response: ServerResponse };

/**
 * Sends the body of a file whose head is written. A failure resets the connection, so that no
 * client takes a part for the whole.
 */
export async function streamFile({ request, response, log, requestId }: FileResponse, body: () => AsyncIterable<string>): Promise<void> {
  try {
    // `end: false`: an error must reset the connection, because HTTP/1.0 takes a closed one for
    // the end of the file.
    await pipeline(body, response, { end: false });
    response.end();
  } catch (error) {
    if (!response.destroyed) log.warn({ err: error, requestId }, 'an export failed after its first byte');
    request.socket.resetAndDestroy();
  }
}
