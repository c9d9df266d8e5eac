import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { useResource } from '../../support/resource.ts';

/** What a connection sends, and how it ends: the response is finished, cut, or stays open. */
export type Script =
  | { readonly send: readonly string[]; readonly ending: 'end' | 'cut' | 'stay' }
  | { readonly status: number; readonly body: object };

export type EventServer = {
  readonly url: string;
  /** The scripts of the next connections, in order. */
  readonly scripts: Script[];
  readonly connections: { readonly headers: IncomingHttpHeaders; readonly body: string; isOpen: boolean }[];
  close(): Promise<void>;
};

/** An event as graphql-sse has it in its distinct connections mode. */
export const next = (id: string, result: object) => `event: next\nid: ${id}\ndata: ${JSON.stringify(result)}\n\n`;
export const COMPLETE = 'event: complete\ndata:\n\n';

/** An HTTP server that streams events as its scripts say. */
export const useEventServer = (): EventServer => useResource(start, server => server.close());

async function start(): Promise<EventServer> {
  const [scripts, connections]: [Script[], EventServer['connections']] = [[], []];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const connection = { headers: request.headers, body, isOpen: true };
    response.on('close', () => {
      connection.isOpen = false;
    });
    connections.push(connection);
    await play(scripts.shift() ?? { send: [COMPLETE], ending: 'end' }, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    scripts,
    connections,
    close: () => {
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}

async function play(script: Script, response: ServerResponse): Promise<void> {
  if ('status' in script) {
    response.writeHead(script.status, { 'content-type': 'application/graphql-response+json' }).end(JSON.stringify(script.body));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  response.flushHeaders();
  for (const text of script.send) await new Promise(resolve => response.write(text, resolve));
  if (script.ending === 'end') response.end();
  else if (script.ending === 'cut') response.destroy();
}
