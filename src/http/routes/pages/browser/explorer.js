// Starts GraphiQL in the browser. Runs after graphiql.js, which defines YogaGraphiQL, and after
// explorer-fetch.js, which wraps fetch.

const { endpoint, tabs, workers } = JSON.parse(document.getElementById('config').textContent);
const linked = new URLSearchParams(location.search).get('query');

/**
 * The tab that was open last. GraphiQL stores its query in a second place, later, and opens an
 * empty tab if the two differ.
 */
function lastTab() {
  try {
    const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem('graphiql:tabState'));
    const { query, variables } = tabs[activeTabIndex];
    return { query: query ?? '', variables: variables ?? '' };
  } catch {
    return {};
  }
}

globalThis.MonacoEnvironment = { globalAPI: false, getWorkerUrl: (_module, label) => workers[label] };

globalThis.YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
  endpoint,
  title: 'IPTO gateway',
  defaultTabs: linked ? [{ query: linked }, ...tabs] : tabs,
  ...(linked ? { query: linked } : lastTab()),
  // Headers hold credentials, so they are not persisted in the browser's storage.
  shouldPersistHeaders: false,
  // By default GraphiQL copies each keystroke into the URL, and so into the server's log.
  onEditQuery: () => {},
});
