// Sends GraphiQL's requests as the caller that is chosen in the demo's bar, and marks in the schema
// what that caller may read.

import { currentChoice, forgetToken, headersOf, onChoose, send } from './caller.js';
import { markFields, markSuggestions, permissionsOf } from './permission-marks.js';

const { endpoint } = JSON.parse(document.getElementById('config').textContent);

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || pathname !== endpoint) return send(request);

  const sentAs = currentChoice();
  const introspects = String(init?.body).includes('IntrospectionQuery');
  try {
    for (const [name, value] of Object.entries(await headersOf(sentAs))) request.headers.set(name, value);
    const response = await send(request);
    if (response.status === 401) forgetToken(sentAs);
    return introspects ? await marked(response, sentAs) : response;
  } finally {
    if (sentAs === currentChoice() && !introspects) delete document.body.dataset.answer;
  }
};

/** An introspected schema with marks for a caller; unmarked if its permissions can't be read. */
async function marked(response, sentAs) {
  const unmarked = response.clone();
  try {
    const headers = { 'content-type': 'application/json', ...(await headersOf(sentAs)) };
    const query = async text => (await send(endpoint, { method: 'POST', headers, body: JSON.stringify({ query: text }) })).json();
    const permissions = await permissionsOf(query);
    const schema = markFields(await response.json(), permissions, sentAs.persona || 'anonymous callers');
    return new Response(JSON.stringify(schema), { status: response.status, headers: { 'content-type': 'application/json' } });
  } catch {
    return unmarked;
  }
}

markSuggestions(globalThis.monaco.languages);
onChoose(() => {
  document.body.dataset.answer = 'outdated';
  document.querySelector('button[aria-label^="Re-fetch GraphQL schema"]')?.click();
});
