// Lists the errors of the response that is shown, beside its data: the field, why it was refused,
// and what would help. The errors are hidden in the response itself until its JSON is asked for.

import { whatHelps } from './what-helps.js';

const at = id => document.getElementById(id);
const element = (name, ...children) => {
  const made = document.createElement(name);
  made.append(...children);
  return made;
};

const patternOf = path => path.map(step => (typeof step === 'number' ? '*' : step)).join('.');

/** The errors of a response, those of all rows of a field as one. */
function grouped(errors) {
  const groups = new Map();
  for (const error of errors) {
    const pattern = patternOf(error.path ?? []);
    const key = `${pattern} ${error.message}`;
    groups.set(key, { error, pattern, count: (groups.get(key)?.count ?? 0) + (error.extensions?.count ?? 1) });
  }
  return [...groups.values()];
}

function itemOf({ error: { message, extensions }, pattern, count }) {
  const help = extensions?.requires ? whatHelps(extensions) : '';
  const field = pattern ? [element('code', pattern), ...(count > 1 ? [` × ${count}`] : [])] : [extensions?.code ?? 'Error'];
  return element('li', element('p', ...field), element('p', message), ...(help ? [element('p', `What would help: ${help}`)] : []));
}

function errorsIn(text) {
  try {
    const { errors } = JSON.parse(text);
    return Array.isArray(errors) ? errors : [];
  } catch {
    return [];
  }
}

/** The lines of the response's top-level `errors`, as GraphiQL formats it; beside data only. */
function errorLines(text) {
  const lines = text.split('\n');
  const start = lines.indexOf('  "errors": [');
  const end = lines.findIndex((line, index) => index > start && /^ {2}\],?$/.test(line));
  if (start < 0 || end < 0 || !lines.some(line => line.startsWith('  "data": {'))) return [];
  return [{ startLineNumber: start + 1, startColumn: 1, endLineNumber: end + 1, endColumn: 1 }];
}

const titleOf = errors => {
  const refused = errors.filter(({ path, extensions }) => path && extensions?.because).length;
  const count = refused || errors.length;
  const noun = refused ? 'refused field' : 'error';
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
};

/** Follows the response that GraphiQL shows, also when another tab is opened. */
export function listRefusals() {
  const { editor } = globalThis.monaco;
  const raw = at('raw');
  let shown;

  const fold = () => {
    const lines = raw.getAttribute('aria-pressed') === 'true' ? [] : errorLines(shown.getValue());
    for (const each of editor.getEditors()) if (each.getModel() === shown) each.setHiddenAreas(lines);
  };
  const show = () => {
    const errors = errorsIn(shown.getValue());
    at('refusals').hidden = errors.length === 0;
    at('refused').textContent = errors.length === 0 ? '' : titleOf(errors);
    at('refusal-list').replaceChildren(...grouped(errors).map(itemOf));
    fold();
  };
  const follow = model => {
    if (!model.uri.path.endsWith('response.json')) return;
    shown = model;
    model.onDidChangeContent(show);
    show();
  };

  for (const model of editor.getModels()) follow(model);
  editor.onDidCreateModel(follow);
  editor.onDidCreateEditor(each => each.onDidChangeModel(() => each.getModel() === shown && fold()));
  raw.addEventListener('click', () => {
    raw.setAttribute('aria-pressed', String(raw.getAttribute('aria-pressed') !== 'true'));
    fold();
  });
}
