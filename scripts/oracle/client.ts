import { Agent, type ClientRequest, type IncomingHttpHeaders, request } from 'node:http';

/** What a response is compared by. */
export type Response = { readonly status: number; readonly headers: string; readonly text: string };

export type Headers = Readonly<Record<string, string>>;

/** Sends a body to a gateway, over connections that are kept. */
export type Client = { post(body: string, headers: Headers): Promise<Response>; close(): void };

/** The fixed id of every request, which errors repeat. */
const REQUEST_ID = 'oracle';

export function createClient(url: string, parallel: number): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: parallel });
  const { hostname, port } = new URL(url);
  const post = (body: string, headers: Headers): Promise<Response> =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          ...{ agent, hostname, port, method: 'POST', path: '/graphql' },
          headers: {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(body),
            'x-request-id': REQUEST_ID,
            ...headers,
          },
        },
        response => {
          const chunks: Buffer[] = [];
          response.on('data', chunk => void chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () =>
            resolve({ status: response.statusCode!, headers: headersOf(response.headers), text: Buffer.concat(chunks).toString() }),
          );
        },
      );
      sent.on('error', error => (wasIdle(sent, error) ? resolve(post(body, headers)) : reject(error)));
      sent.end(body);
    });
  return { post, close: () => agent.destroy() };
}

/** Whether a kept connection was closed by the server as the request was sent. */
const wasIdle = ({ reusedSocket }: ClientRequest, error: Error): boolean =>
  reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';

/** Headers that depend on the moment, or on how a body is sent. */
const IGNORED: readonly string[] = ['date', 'connection', 'keep-alive', 'content-length', 'transfer-encoding'];

const headersOf = (headers: IncomingHttpHeaders): string =>
  JSON.stringify(
    Object.entries(headers)
      .filter(([name]) => !IGNORED.includes(name))
      .sort(),
  );

/**
 * A response with its errors sorted. GraphQL leaves their order open: GraphQL.js lists them as they
 * occur, the fast path in the order of the document.
 */
export function canonical({ status, headers, text }: Response): string {
  const { errors, ...rest } = JSON.parse(text) as { errors?: readonly unknown[] };
  return JSON.stringify({ status, headers, ...rest, errors: errors?.map(error => JSON.stringify(error)).sort() });
}

export const isEqual = (one: Response, other: Response): boolean =>
  (one.status === other.status && one.headers === other.headers && one.text === other.text) || canonical(one) === canonical(other);
