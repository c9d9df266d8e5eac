import { Agent, request } from 'node:http';

/** What a response is compared by. */
export type Response = { readonly status: number; readonly type: string | undefined; readonly text: string };

export type Headers = Readonly<Record<string, string>>;

/** Sends a body to a gateway, over connections that are kept. */
export type Client = { post(body: string, headers: Headers): Promise<Response>; close(): void };

/** The fixed id of every request, which errors repeat. */
const REQUEST_ID = 'oracle';

export function createClient(url: string, parallel: number): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: parallel });
  const { hostname, port } = new URL(url);
  return {
    close: () => agent.destroy(),
    post: (body, headers) =>
      new Promise((resolve, reject) => {
        const length = Buffer.byteLength(body);
        const sent = request(
          {
            ...{ agent, hostname, port, method: 'POST', path: '/graphql' },
            headers: { 'content-type': 'application/json', 'content-length': length, 'x-request-id': REQUEST_ID, ...headers },
          },
          response => {
            const chunks: Buffer[] = [];
            response.on('data', chunk => void chunks.push(chunk));
            response.once('error', reject);
            response.once('end', () =>
              resolve({
                status: response.statusCode!,
                type: response.headers['content-type'],
                text: Buffer.concat(chunks).toString(),
              }),
            );
          },
        );
        sent.once('error', reject);
        sent.end(body);
      }),
  };
}

/**
 * A response with its errors sorted. GraphQL leaves their order open: GraphQL.js lists them as they
 * occur, the fast path in the order of the document.
 */
export function canonical({ status, type, text }: Response): string {
  const { errors, ...rest } = JSON.parse(text) as { errors?: readonly unknown[] };
  return JSON.stringify({ status, type, ...rest, errors: errors?.map(error => JSON.stringify(error)).sort() });
}

export const isEqual = (one: Response, other: Response): boolean =>
  (one.status === other.status && one.type === other.type && one.text === other.text) || canonical(one) === canonical(other);
