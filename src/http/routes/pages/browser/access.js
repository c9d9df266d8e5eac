// The page "May I?": answers while the controls change, and explains an operation.

import { whatHelps } from './what-helps.js';

const { endpoint, demo } = JSON.parse(document.getElementById('config').textContent);
const at = id => document.getElementById(id);
const caller = demo && (await import('./caller.js'));

/** The parts of the page that the gateway renders anew for other answers. */
const ANSWERS = ['verdict', 'found', 'matrix'];
let latest = new AbortController();

async function ask() {
  latest.abort();
  latest = new AbortController();
  const url = `/access?${new URLSearchParams(new FormData(at('ask')))}`;
  try {
    const response = await fetch(url, { signal: latest.signal });
    const answered = new DOMParser().parseFromString(await response.text(), 'text/html');
    for (const id of ANSWERS) at(id).replaceChildren(...answered.getElementById(id).childNodes);
    history.replaceState({}, '', url + location.hash);
  } catch (error) {
    if (error.name !== 'AbortError') throw error;
  }
}

at('ask').addEventListener('submit', event => {
  event.preventDefault();
  ask();
});
for (const control of at('ask').elements) if (control.name) control.addEventListener('input', ask);

const EXPLAIN = `query MayI($document: String!, $variables: JSONObject, $operationName: String) {
  explain(document: $document, variables: $variables, operationName: $operationName) {
    cost
    refusals { pattern refusal { because message permission principals roles statuses plans } }
  }
}`;

/** The headers of the caller: the persona's, or those that were typed. */
async function callerHeaders() {
  if (caller) return caller.headersOf(caller.currentChoice());
  const [token, slug] = [at('token').value.trim(), at('slug').value.trim()];
  return { ...(token && { authorization: `Bearer ${token}` }), ...(slug && { 'x-tenant-id': slug }) };
}

function typedVariables() {
  try {
    return JSON.parse(at('variables').value.trim() || 'null');
  } catch {
    throw new Error('The variables are not JSON.');
  }
}

async function explain() {
  const variables = {
    document: at('document').value,
    variables: typedVariables(),
    operationName: at('operation').value.trim() || null,
  };
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...(await callerHeaders()) },
    body: JSON.stringify({ query: EXPLAIN, variables }),
  });
  const { data, errors } = await response.json();
  if (!data?.explain) throw new Error(messagesOf(errors).join(' '));
  return data.explain;
}

/** The messages of errors; a faulty document has its faults in the extensions. */
const messagesOf = errors => errors.flatMap(({ message, extensions }) => extensions?.errors?.map(fault => fault.message) ?? [message]);

const element = (name, className, ...children) => {
  const made = document.createElement(name);
  made.className = className;
  made.append(...children);
  return made;
};

function shown({ cost, refusals }) {
  const points = `It costs ${cost} ${cost === 1 ? 'point' : 'points'} at most.`;
  if (refusals.length === 0) return [element('p', 'yes', element('b', '', 'Yes.'), ` None of its fields would be refused. ${points}`)];
  const count = refusals.length === 1 ? 'One field' : `${refusals.length} fields`;
  const list = refusals.map(({ pattern, refusal: { principals, roles, statuses, plans, ...refusal } }) => {
    const help = whatHelps({ ...refusal, requires: { principals, roles, statuses, plans } });
    const terms = [
      element('dt', '', element('code', '', pattern)),
      element('dd', '', refusal.message),
      element('dd', '', `What would help: ${help}`),
    ];
    return element('div', '', ...terms);
  });
  return [element('p', 'no', element('b', '', 'No.'), ` ${count} would be refused. ${points}`), element('dl', 'obstacles', ...list)];
}

async function showExplanation() {
  const parts = await explain().then(shown, error => [element('p', 'no', error.message)]);
  at('explanation').replaceChildren(...parts);
}

at('explain').addEventListener('submit', event => {
  event.preventDefault();
  showExplanation();
});
caller?.onChoose(() => at('explanation').replaceChildren());

const linked = new URLSearchParams(location.hash.slice(1));
if (linked.has('document')) at('document').value = linked.get('document');
at('variables').value = linked.get('variables') ?? '';
document.body.dataset.ready = 'true';
