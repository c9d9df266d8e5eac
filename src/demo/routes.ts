import type { ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { GRAPHQL } from '../http/gateway.ts';
import { createPages } from '../http/routes/pages/pages.ts';
import { answerCors } from '../http/server/cors.ts';
import { sendJson } from '../http/server/respond.ts';
import type { Route } from '../http/server/route.ts';
import { newestMessage } from '../mail/folder.ts';
import type { Home } from './home.ts';
import type { Issuer } from './issuer.ts';
import { DEMO_TENANTS, PERSONAS } from './personas.ts';
import { tokenRoute } from './token-route.ts';
import { webhookReceiver } from './webhook-receiver.ts';

/**
 * The routes that only the demo has: the pages with personas, their tokens, the mail, and a
 * receiver of webhooks.
 *
 * @param host the setting `HOST`.
 * @param corsOrigins the origins whose pages may get tokens and mail.
 */
export function demoRoutes(
  issuer: Issuer,
  home: Home,
  { host, corsOrigins }: { readonly host: string; readonly corsOrigins: readonly string[] },
): readonly Route[] {
  const personas = PERSONAS.map(({ email, name, memberships }) => ({
    email,
    label: name,
    tenants: memberships.map(({ tenant }) => tenant),
  }));
  const tenants = DEMO_TENANTS.map(({ slug, name, plan, status }) => ({
    slug,
    label: `${name} (${plan.toLowerCase()}, ${status.replace('_', ' ')})`,
  }));
  return [
    createPages({ endpoint: GRAPHQL, demo: { personas, tenants }, showsSchema: true }),
    guard(host, corsOrigins),
    tokenRoute(issuer, home),
    personasRoute,
    mailRoute(home),
    webhookReceiver(),
  ];
}

/**
 * Stands before the routes under `/demo/`. It refuses a foreign `Host`: a page whose name resolves
 * to this machine (DNS rebinding) must not get tokens or mail. An IP address can't be rebound.
 */
const guard =
  (host: string, corsOrigins: readonly string[]): Route =>
  (request, response) => {
    if (!request.url?.startsWith('/demo/')) return false;
    if (isOwnHost(request.headers.host, host)) return answerCors(corsOrigins, request, response);
    send(response, 403, 'text/plain; charset=utf-8', 'Open the demo under localhost, or under the name that HOST sets.\n');
    return true;
  };

function isOwnHost(header: string | undefined, host: string): boolean {
  const name = header?.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '') ?? '';
  return name === 'localhost' || name.endsWith('.localhost') || name === host.toLowerCase() || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
  response.end(body);
}

/** `GET /demo/personas` lists the people of the demo: the slug and the roles of each tenant. */
const personasRoute: Route = (request, response) => {
  if (request.url !== '/demo/personas' || request.method !== 'GET') return false;
  sendJson(response, 200, 'application/json', { personas: PERSONAS });
  return true;
};

/** `GET /demo/mail?to=<address>` returns the newest message to an address, or 404. */
const mailRoute =
  ({ mailbox }: Home): Route =>
  async (request, response) => {
    const [path, query] = (request.url ?? '').split('?', 2);
    if (path !== '/demo/mail' || request.method !== 'GET') return false;
    const message = await newestMessage(mailbox, new URLSearchParams(query).get('to') ?? '');
    send(response, message ? 200 : 404, 'text/plain; charset=utf-8', message ?? 'There is no message to this address.\n');
    return true;
  };
