import type { IncomingMessage, ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import type { Route } from '../http/server/route.ts';
import { type Arrival, PAGE_HEADERS, renderReceiver } from './webhook-page.ts';

/** Requests that are listed, letters of a body, and secrets that are tried. */
const [MAX_ARRIVALS, MAX_BODY, MAX_SECRETS] = [50, 300_000, 20];

const RECEIVER = '/demo/webhook';
const PAGE = '/demo/webhooks';

type Received = Omit<Arrival, 'isSigned'> & { readonly headers: Readonly<Record<string, string>> };

/**
 * A receiver of webhooks for the demo: `POST /demo/webhook` takes a request, `GET /demo/webhooks`
 * lists what arrived and checks the signatures. It is kept in memory.
 */
export function webhookReceiver(): Route {
  const received: Received[] = [];
  const secrets: Webhook[] = [];

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    const header = (name: string) => String(request.headers[name] ?? '');
    const headers = Object.fromEntries(['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(name => [name, header(name)]));
    received.unshift({ at: new Date(), path: request.url!, id: header('webhook-id'), type: typeOf(body), body, headers });
    received.splice(MAX_ARRIVALS);
    response.writeHead(204).end();
  }

  const isSigned = ({ body, headers }: Received): boolean =>
    secrets.some(secret => {
      try {
        // Not `verify`, which refuses a request that was read later than 5 minutes.
        const at = new Date(Number(headers['webhook-timestamp']) * 1_000);
        return headers['webhook-signature']!.split(' ').includes(secret.sign(headers['webhook-id']!, at, body));
      } catch {
        return false;
      }
    });

  function show(request: IncomingMessage, response: ServerResponse, problem: string | null = null): void {
    const arrivals = received.map(({ headers, ...arrival }) => ({
      ...arrival,
      isSigned: secrets.length ? isSigned({ headers, ...arrival }) : null,
    }));
    response.writeHead(problem ? 400 : 200, PAGE_HEADERS);
    response.end(renderReceiver({ url: `http://${request.headers.host}${RECEIVER}`, arrivals, problem }));
  }

  async function learn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const secret = new URLSearchParams(await textOf(request)).get('secret') ?? '';
    try {
      secrets.unshift(new Webhook(secret.trim()));
      secrets.splice(MAX_SECRETS);
    } catch {
      return show(request, response, 'This is not the secret of a webhook: it begins with whsec_.');
    }
    response.writeHead(303, { location: PAGE, 'cache-control': 'no-store' }).end();
  }

  return async (request, response) => {
    const path = (request.url ?? '').split('?')[0]!;
    const { method } = request;
    if (method === 'POST' && (path === RECEIVER || path.startsWith(`${RECEIVER}/`))) await receive(request, response);
    else if (path === PAGE && method === 'GET') show(request, response);
    else if (path === PAGE && method === 'POST') await learn(request, response);
    else return false;
    return true;
  };
}

/** The type of an event; `?` for what is none. */
function typeOf(body: string): string {
  try {
    return String((JSON.parse(body) as { type?: unknown }).type ?? '?');
  } catch {
    return '?';
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  // What is too long is read on and dropped, so that the sender reads the answer.
  for await (const chunk of request.setEncoding('utf8')) if (text.length < MAX_BODY) text += chunk;
  return text.slice(0, MAX_BODY);
}
