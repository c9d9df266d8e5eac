import type { Assets } from './assets.ts';
import type { ExplorerOptions } from './options.ts';
import { EMPTY_TAB, openingTabs } from './tabs.ts';

/**
 * Allows our own files and no inline script. Inline styles are needed by Monaco, `data:` URLs by
 * GraphiQL's fonts and icons.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  'font-src data:',
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  vary: 'accept',
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
} as const;

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M8 1l6 3.5v7L8 15l-6-3.5v-7z' fill='%23d60590'/%3E%3C/svg%3E";

/** The bar of the demo. `personas.js` fills its lists. */
const BAR = `<div id="bar" role="group" aria-label="Caller and tenant">
<strong>IPTO gateway</strong>
<span><label for="persona">Persona</label> <select id="persona" autocomplete="off"></select></span>
<span><label for="tenant">Tenant</label> <select id="tenant" autocomplete="off"></select></span>
<output id="sends"></output>
</div>`;

/**
 * Renders the explorer's page. The settings of the installation are embedded as JSON, which no
 * browser runs.
 */
export function renderPage({ endpoint, demo, hasExamples }: ExplorerOptions, assets: Assets): string {
  const path = (name: keyof Assets) => assets[name].path;
  const workers = { editorWorkerService: path('editor.worker.js'), json: path('json.worker.js'), graphql: path('graphql.worker.js') };
  const config = { endpoint, workers, tabs: hasExamples ? openingTabs(demo !== null) : [EMPTY_TAB], demo };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>IPTO gateway: GraphiQL</title>
<link rel="icon" href="${ICON}">
<link rel="stylesheet" href="${path('graphiql.css')}">
<link rel="stylesheet" href="${path('explorer.css')}">
<script type="application/json" id="config">${scriptJson(config)}</script>
<script defer src="${path('graphiql.js')}"></script>
${demo ? `<script type="module" src="${path('personas.js')}"></script>\n` : ''}<script type="module" src="${path('explorer.js')}"></script>
</head>
<body>
<noscript>GraphiQL needs JavaScript.</noscript>
${demo ? BAR : ''}
<main id="root"></main>
</body>
</html>
`;
}

/** Serializes a value as JSON that can't close the surrounding `<script>` element. */
function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
