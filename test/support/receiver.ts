import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that a receiver got. */
export type Received = { readonly headers: IncomingHttpHeaders; readonly body: string; readonly id: string; readonly path: string };

/** A receiver of webhooks on this machine; `answer` is what it does with a request. */
export type Receiver = {
  readonly url: string;
  readonly received: Received[];
  answer: (response: ServerResponse, request: Received) => void;
  stop(): Promise<void>;
};

export const accept = (response: ServerResponse): void => void response.writeHead(204).end();
export const refuse = (response: ServerResponse): void => void response.writeHead(500).end();

/** Starts a receiver that accepts everything. */
export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const { headers, url } = request;
      const received = { headers, body: Buffer.concat(chunks).toString(), id: String(headers['webhook-id']), path: url! };
      receiver.received.push(received);
      receiver.answer(response, received);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received: [],
    answer: accept,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
