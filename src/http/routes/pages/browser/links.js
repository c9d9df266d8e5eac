// Links to an operation: its document and variables in the fragment, which no server gets, and
// never headers or tokens.

const textOf = name =>
  globalThis.monaco.editor
    .getModels()
    .find(({ uri }) => uri.path.endsWith(name))
    ?.getValue() ?? '';

/** The operation that the page's URL links to, or undefined. An older link has it in the query. */
export function linkedOperation() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const query = fragment.get('document') ?? new URLSearchParams(location.search).get('query');
  if (query === null) return undefined;
  return { query, variables: fragment.get('variables') ?? '' };
}

/** The operation that is open, as a fragment. */
function fragment() {
  const [document, variables] = ['operation.graphql', 'variables.json'].map(textOf);
  return `#${new URLSearchParams({ document, ...(variables.trim() && { variables }) })}`;
}

/** Makes the bar's buttons copy a link to the open operation, and explain it. */
export function offerLinks() {
  const copied = document.getElementById('copied');
  document.getElementById('copy-link').addEventListener('click', async () => {
    const link = new URL(fragment(), location.origin + location.pathname).href;
    history.replaceState({}, '', link);
    copied.value = await navigator.clipboard.writeText(link).then(
      () => 'Link copied',
      () => 'The link is in the address bar',
    );
  });
  document.getElementById('explain-link').addEventListener('click', () => {
    location.href = `/access${fragment()}`;
  });
}
