import type { IncomingMessage } from 'node:http';
import { GRAPHQL } from '../http/gateway.ts';
import { createExplorer } from '../http/routes/graphiql/explorer.ts';
import type { Route } from '../http/server/route.ts';
import { newestMessage } from '../mail/folder.ts';
import type { Home } from './home.ts';
import type { Issuer } from './issuer.ts';
import { findPersona, PERSONAS } from './personas.ts';

const TOKEN_SECONDS = 3600;

/** The routes that only the demo has: the explorer with personas, their tokens, and the mail. */
export function demoRoutes(issuer: Issuer, home: Home): readonly Route[] {
  const personas = PERSONAS.map(({ email, name, memberships }) => ({
    email,
    label: name,
    tenants: memberships.map(({ tenant }) => tenant),
  }));
  return [createExplorer({ endpoint: GRAPHQL, demo: { personas } }), tokenRoute(issuer), mailRoute(home)];
}

/**
 * `POST /demo/token` with `{ "persona": "<email>" }` returns `{ "token": "…" }`. JSON only, so that
 * a page of another origin needs a CORS preflight.
 */
const tokenRoute =
  (issuer: Issuer): Route =>
  async (request, response) => {
    if (request.url !== '/demo/token' || request.method !== 'POST') return false;
    const persona = request.headers['content-type']?.startsWith('application/json') ? findPersona(await personaIn(request)) : undefined;
    response.writeHead(persona ? 200 : 400, { 'content-type': 'application/json', 'cache-control': 'no-store' });
    response.end(
      JSON.stringify(
        persona ? { token: await issuer.sign({ persona, expiresIn: TOKEN_SECONDS }) } : { error: 'There is no such persona.' },
      ),
    );
    return true;
  };

/** `GET /demo/mail?to=<address>` returns the newest message to an address, or 404. */
const mailRoute =
  ({ mailbox }: Home): Route =>
  async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://demo');
    if (url.pathname !== '/demo/mail' || request.method !== 'GET') return false;
    const message = await newestMessage(mailbox, url.searchParams.get('to') ?? '');
    response.writeHead(message ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
    response.end(message ?? 'There is no message to this address.\n');
    return true;
  };

/** The largest body of a token request, in characters. */
const MAX_BODY = 1_000;

async function personaIn(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > MAX_BODY) return '';
  }
  try {
    return String(JSON.parse(body).persona);
  } catch {
    return '';
  }
}
