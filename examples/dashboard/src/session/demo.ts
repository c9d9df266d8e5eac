import type { TokenSource } from '@ipto/client';
import { GATEWAY } from '../gateway/address.ts';

// All that this dashboard knows of the demo. In your product, the library of your identity provider
// signs people in and renews their tokens.

export type Persona = { readonly email: string; readonly name: string; readonly memberships: readonly { readonly tenant: string }[] };

/** The people of the demo who are members of a tenant. */
export async function personas(): Promise<readonly Persona[]> {
  const response = await fetch(`${GATEWAY}/demo/personas`);
  const body: { personas: Persona[] } = await response.json();
  return body.personas.filter(({ memberships }) => memberships.length > 0);
}

/** A person's token: requested once, and again when the gateway has refused it. */
export function tokensOf(persona: string): TokenSource {
  let token: Promise<string> | undefined;
  return async refused => {
    if (!token || (await token.catch(() => refused)) === refused) token = requestToken(persona);
    return await token;
  };
}

async function requestToken(persona: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${GATEWAY}/demo/token`, { method: 'POST', headers, body: JSON.stringify({ persona }) });
  const { token, error } = await response.json();
  if (!response.ok) throw new Error(error);
  return token;
}
