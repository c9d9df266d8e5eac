import type { Assets } from './assets.ts';
import { pageHeaders, render } from './document.ts';
import type { PageOptions } from './options.ts';
import { EMPTY_TAB, openingTabs } from './tabs.ts';

/** Inline styles are needed by Monaco, `data:` URLs by GraphiQL's fonts. */
export const GRAPHIQL_HEADERS = pageHeaders({ style: "'self' 'unsafe-inline'", font: 'data:' });

/**
 * Renders the page of GraphiQL. The settings of the installation are embedded as JSON, which no
 * browser runs.
 */
export function renderGraphiql({ endpoint, demo, showsSchema }: PageOptions, assets: Assets): Buffer {
  const path = (name: keyof Assets) => assets[name].path;
  const workers = { editorWorkerService: path('editor.worker.js'), json: path('json.worker.js'), graphql: path('graphql.worker.js') };
  const tabs = showsSchema ? openingTabs(demo !== null) : [EMPTY_TAB];
  return render('graphiql', { path, demo, config: { endpoint, workers, tabs, demo } });
}
