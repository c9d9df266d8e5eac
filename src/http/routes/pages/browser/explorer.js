// Starts GraphiQL in the browser. Runs after graphiql.js, which defines YogaGraphiQL and, as told
// by `globalAPI`, monaco; and after explorer-fetch.js, which wraps fetch.

import { linkedOperation, offerLinks } from './links.js';
import { listRefusals } from './refusals.js';
import { simplifyTabs } from './simplify-tabs.js';

const { endpoint, tabs } = JSON.parse(document.getElementById('config').textContent);
const linked = linkedOperation();

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

const root = document.getElementById('root');

globalThis.YogaGraphiQL.renderYogaGraphiQL(root, {
  endpoint,
  title: '',
  // GraphiQL's own plugins, with the history, in place of Yoga's.
  plugins: undefined,
  defaultTabs: linked ? [linked, ...tabs] : tabs,
  ...(linked ?? lastTab()),
  // Headers hold credentials, so they are not persisted in the browser's storage.
  shouldPersistHeaders: false,
  // By default GraphiQL copies each keystroke into the URL, and so into the server's log.
  onEditQuery: () => {},
});

simplifyTabs(root);
listRefusals();
offerLinks();
