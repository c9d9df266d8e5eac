// The demo's bar: choose the caller and the tenant; every request to the endpoint names both in
// its headers.

const { endpoint, demo } = JSON.parse(document.getElementById('config').textContent);
const personas = new Map(demo.personas.map(persona => [persona.email, persona]));
const tenants = [...new Set(demo.personas.flatMap(persona => persona.tenants))];

const [personaList, tenantList, sends] = ['persona', 'tenant', 'sends'].map(id => document.getElementById(id));
const STORED = 'ipto-explorer:choice';
const NOBODY = { persona: '', tenant: '' };
const RENEW_BEFORE = 60_000;

/**
 * The caller (an email address, '' for anonymous) and the tenant (a slug, '' for none). The object
 * is replaced as a whole, so that no request mixes two choices.
 */
let choice = restored();
/** The token of the chosen persona, as a promise that concurrent requests share; or undefined. */
let token;

function restored() {
  try {
    const { persona, tenant } = JSON.parse(sessionStorage.getItem(STORED) ?? 'null') ?? NOBODY;
    const isValid = (persona === '' || personas.has(persona)) && (tenant === '' || tenants.includes(tenant));
    return isValid ? { persona, tenant } : NOBODY;
  } catch {
    return NOBODY;
  }
}

function choose(persona, tenant) {
  if (persona !== choice.persona) token = undefined;
  choice = { persona, tenant };
  sessionStorage.setItem(STORED, JSON.stringify(choice));
  document.body.dataset.answer = 'outdated';
  show();
}

const send = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || pathname !== endpoint) return send(request);

  const sentAs = choice;
  try {
    if (sentAs.persona) request.headers.set('authorization', `Bearer ${await tokenOf(sentAs.persona)}`);
    if (sentAs.tenant) request.headers.set('x-tenant-id', sentAs.tenant);
    const response = await send(request);
    if (response.status === 401 && sentAs === choice) token = undefined;
    return response;
  } finally {
    const introspects = String(init?.body).includes('IntrospectionQuery');
    if (sentAs === choice && !introspects) delete document.body.dataset.answer;
  }
};

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

function tenantsOf(persona) {
  return personas.get(persona)?.tenants ?? [];
}

function group(label, options) {
  const element = document.createElement('optgroup');
  element.label = label;
  element.append(...options);
  return options.length > 0 ? [element] : [];
}

/** The heading under which a persona is listed. */
function headingOf({ tenants: own }) {
  if (own.length === 0) return 'No tenant';
  return own.length === 1 ? own[0] : 'Several tenants';
}

function listPersonas() {
  const headings = new Set(demo.personas.map(headingOf));
  const options = heading =>
    demo.personas.filter(persona => headingOf(persona) === heading).map(({ email, label }) => new Option(`${label} · ${email}`, email));
  personaList.replaceChildren(new Option('Anonymous', ''), ...[...headings].flatMap(heading => group(heading, options(heading))));
}

function show() {
  const own = tenantsOf(choice.persona);
  const option = slug => new Option(slug, slug);
  const others = tenants.filter(slug => !own.includes(slug));
  tenantList.replaceChildren(
    new Option('(none)', ''),
    ...group('Member of', own.map(option)),
    ...group('Not a member', others.map(option)),
  );
  personaList.value = choice.persona;
  tenantList.value = choice.tenant;
  const foreign = choice.tenant !== '' && !own.includes(choice.tenant);
  const headers = [choice.persona && 'authorization: Bearer …', choice.tenant && `x-tenant-id: ${choice.tenant}`].filter(Boolean);
  const sent = headers.length > 0 ? `Sends ${headers.join(', ')}` : 'Sends only the headers you type';
  sends.value = foreign ? `${sent} (not a member)` : sent;
  sends.classList.toggle('foreign', foreign);
}

listPersonas();
show();
personaList.addEventListener('change', () => choose(personaList.value, tenantsOf(personaList.value)[0] ?? ''));
tenantList.addEventListener('change', () => choose(choice.persona, tenantList.value));
