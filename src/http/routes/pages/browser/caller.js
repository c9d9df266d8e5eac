// The caller that both pages of the demo act as: a persona and a tenant, kept for the session, and
// the headers that name them.

const { demo } = JSON.parse(document.getElementById('config').textContent);
const personas = new Map(demo.personas.map(persona => [persona.email, persona]));
const STORED = 'ipto-explorer:choice';
const NOBODY = { persona: '', tenant: '' };
const RENEW_BEFORE = 60_000;

/** The page's own fetch: the explorer wraps the global one. */
export const send = globalThis.fetch.bind(globalThis);

/**
 * The caller (an email address, '' for anonymous) and the tenant (a slug, '' for none). The object
 * is replaced as a whole, so that no request mixes two choices.
 */
let choice = restored();
/** The token of the chosen persona, as a promise that concurrent requests share; or undefined. */
let token;
const listeners = [];

function restored() {
  try {
    const { persona, tenant } = JSON.parse(sessionStorage.getItem(STORED) ?? 'null') ?? NOBODY;
    const isValid = (persona === '' || personas.has(persona)) && (tenant === '' || tenantsOf(persona).includes(tenant));
    return isValid ? { persona, tenant } : NOBODY;
  } catch {
    return NOBODY;
  }
}

export const currentChoice = () => choice;

/** The slugs of a persona's tenants. */
export function tenantsOf(persona) {
  return personas.get(persona)?.tenants ?? [];
}

export function choose(persona, tenant) {
  if (persona !== choice.persona) token = undefined;
  choice = { persona, tenant };
  sessionStorage.setItem(STORED, JSON.stringify(choice));
  for (const listener of listeners) listener(choice);
}

/** Calls a function after each choice. */
export const onChoose = listener => listeners.push(listener);

/** The headers that name a choice's caller and tenant. */
export async function headersOf({ persona, tenant }) {
  return {
    ...(persona && { authorization: `Bearer ${await tokenOf(persona)}` }),
    ...(tenant && { 'x-tenant-id': tenant }),
  };
}

/** Forgets the token of a choice, which the gateway refused. */
export function forgetToken(refused) {
  if (refused === choice) token = undefined;
}

async function tokenOf(persona) {
  const cached = persona === choice.persona ? await token : undefined;
  if (cached && cached.expires - RENEW_BEFORE > Date.now()) return cached.text;
  const fetched = requestToken(persona);
  if (persona === choice.persona) {
    token = fetched;
    fetched.catch(() => {
      if (token === fetched) token = undefined;
    });
  }
  return (await fetched).text;
}

async function requestToken(persona) {
  const headers = { 'content-type': 'application/json' };
  const response = await send('/demo/token', { method: 'POST', headers, body: JSON.stringify({ persona }) });
  if (!response.ok) throw new Error(`POST /demo/token answered ${response.status}: no token for ${persona}`);
  const { token: text } = await response.json();
  return { text, expires: expiryOf(text) };
}

/** When a JWT expires, ms since 1970. 0 if it doesn't say: then each request gets a new token. */
function expiryOf(jwt) {
  try {
    const payload = jwt.split('.')[1].replaceAll('-', '+').replaceAll('_', '/');
    return (JSON.parse(atob(payload)).exp ?? 0) * 1000;
  } catch {
    return 0;
  }
}
