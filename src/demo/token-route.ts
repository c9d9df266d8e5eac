import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import { sendJson } from '../http/server/respond.ts';
import type { Route } from '../http/server/route.ts';
import { DemoError, type Home, START_OR_CHOOSE } from './home.ts';
import type { Issuer, TokenRequest } from './issuer.ts';
import { findPersona } from './personas.ts';
import { tokenArguments } from './token.ts';

const TOKEN_SECONDS = 3600;

/** The largest body of a token request, in characters. */
const MAX_BODY = 8_000;

/** A persona of the explorer's, or the command line of `npm run token` with its folder. */
const Body = z.union([z.object({ persona: z.string() }), z.object({ home: z.string(), args: z.array(z.string()).max(20) })]);

/**
 * `POST /demo/token` with `{ "persona": "<e-mail address>" }` returns `{ "token": "…" }`, or a 400
 * with `{ "error": "<sentence>" }`. JSON only, so that a page of another origin needs a CORS
 * preflight.
 */
export const tokenRoute =
  (issuer: Issuer, home: Home): Route =>
  async (request, response) => {
    if (request.url !== '/demo/token' || request.method !== 'POST') return false;
    try {
      sendJson(response, 200, 'application/json', { token: await issuer.sign(await requested(request, home)) });
    } catch (error) {
      if (!(error instanceof DemoError)) throw error;
      sendJson(response, 400, 'application/json', { error: error.message });
    }
    return true;
  };

/** @throws DemoError */
async function requested(request: IncomingMessage, { directory }: Home): Promise<TokenRequest> {
  const body = request.headers['content-type']?.startsWith('application/json') ? Body.safeParse(await jsonIn(request)).data : undefined;
  if (body && 'args' in body) {
    // Its own demo may have been killed, and this one may have got the same port.
    if (body.home !== directory) throw new DemoError(`No demo is running in ${body.home}. ${START_OR_CHOOSE}`);
    return tokenArguments(body.args);
  }
  const persona = body && findPersona(body.persona);
  if (!persona) throw new DemoError('There is no such persona.');
  return { persona, expiresIn: TOKEN_SECONDS };
}

async function jsonIn(request: IncomingMessage): Promise<unknown> {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
    if (body.length > MAX_BODY) return null;
  }
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
