import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { useResource } from '../../support/resource.ts';

/**
 * What happens to a request: `lose` lets the gateway answer and cuts the connection before the
 * client has the response; `hang` never answers; the others answer in the gateway's place.
 */
export type Fault = 'lose' | 'hang' | { readonly status: number; readonly body?: string; readonly headers?: Record<string, string> };

type Seen = { readonly headers: IncomingMessage['headers']; readonly body: string; readonly status: number };

export type BreakingProxy = {
  readonly url: string;
  /** The requests that the client sent, with the status that the gateway gave; 0 without it. */
  readonly seen: Seen[];
  /** The faults of the next requests, in order. */
  readonly faults: Fault[];
  close(): Promise<void>;
};

/** An HTTP server between a client and a gateway that breaks requests on command. */
export const useBreakingProxy = (target: { readonly url: string }): BreakingProxy =>
  useResource(
    () => startBreakingProxy(target),
    proxy => proxy.close(),
  );

async function startBreakingProxy(target: { readonly url: string }): Promise<BreakingProxy> {
  const [seen, faults]: [Seen[], Fault[]] = [[], []];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { headers } = request;
    const fault = faults.shift();
    if (fault === 'hang') return;
    if (fault !== undefined && fault !== 'lose') {
      seen.push({ headers, body, status: 0 });
      response.writeHead(fault.status, fault.headers).end(fault.body ?? '');
      return;
    }
    const { status, ...answer } = await forward(target.url, headers, body);
    seen.push({ headers, body, status });
    if (fault === 'lose') request.socket.destroy();
    else respond(response, status, answer);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    seen,
    faults,
    close: () => {
      server.closeAllConnections();
      return new Promise(resolve => server.close(() => resolve()));
    },
  };
}

async function forward(
  url: string,
  { host: _, connection: __, 'content-length': ___, ...headers }: IncomingMessage['headers'],
  body: string,
) {
  const answer = await fetch(`${url}/graphql`, { method: 'POST', headers: headers as Record<string, string>, body });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

function respond(response: ServerResponse, status: number, { headers, text }: { headers: Headers; text: string }) {
  for (const [name, value] of headers) if (!['content-length', 'connection', 'keep-alive'].includes(name)) response.setHeader(name, value);
  response.writeHead(status).end(text);
}
