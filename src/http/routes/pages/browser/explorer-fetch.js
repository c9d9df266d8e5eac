// Sends GraphiQL's requests as the caller that is chosen in the demo's bar.

import { currentChoice, forgetToken, headersOf, onChoose, send } from './caller.js';

const { endpoint } = JSON.parse(document.getElementById('config').textContent);

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const { origin, pathname } = new URL(request.url);
  if (origin !== location.origin || pathname !== endpoint) return send(request);

  const sentAs = currentChoice();
  try {
    for (const [name, value] of Object.entries(await headersOf(sentAs))) request.headers.set(name, value);
    const response = await send(request);
    if (response.status === 401) forgetToken(sentAs);
    return response;
  } finally {
    const introspects = String(init?.body).includes('IntrospectionQuery');
    if (sentAs === currentChoice() && !introspects) delete document.body.dataset.answer;
  }
};

onChoose(() => {
  document.body.dataset.answer = 'outdated';
});
