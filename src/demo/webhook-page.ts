import { createHash } from 'node:crypto';
import { Eta } from 'eta';

/** A request of a webhook, as it arrived. */
export type Arrival = {
  readonly at: Date;
  readonly path: string;
  readonly id: string;
  readonly type: string;
  readonly body: string;
  /** Whether one of the known secrets signed it; null while none is known. */
  readonly isSigned: boolean | null;
};

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 900px; margin: 0 auto; padding: 0 16px 48px; }
  h1 { font-size: 26px; margin: 20px 0 0; }
  pre, code { font: 13px/1.45 ui-monospace, monospace; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: 4px 0 0; }
  li { margin: 14px 0; }
  ol { padding-left: 24px; }
  input { font: inherit; padding: 4px 8px; width: min(26em, 100%); box-sizing: border-box; }
  button { font: inherit; padding: 4px 12px; }`;

export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

const TEMPLATE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>IPTO gateway: webhook receiver</title>
<style><%~ it.style %></style>
</head>
<body>
<main>
<h1>Webhook receiver</h1>
<p>Send a webhook to <code><%= it.url %></code>: <code>createWebhook(input: { name: "Demo", url: "<%= it.url %>", types: [TENANT_RENAMED] }) { secret }</code>.
Then <code>testWebhook</code>, or change something. What arrives is listed here, the newest first.</p>
<p><a href="/demo/webhooks">Show what is new</a></p>
<form method="post" action="/demo/webhooks">
<label for="secret">The secret of a webhook, to check signatures with</label><br>
<input id="secret" name="secret" autocomplete="off" spellcheck="false" placeholder="whsec_…" required>
<button>Check</button>
<% if (it.problem) { %><p role="alert"><%= it.problem %></p><% } %>
</form>
<% if (it.arrivals.length === 0) { %><p>Nothing has arrived yet.</p><% } %>
<ol reversed>
<% for (const { at, path, id, type, body, isSigned } of it.arrivals) { %><li>
<strong><%= type %></strong> at <time datetime="<%= at.toISOString() %>"><%= at.toISOString().slice(11, 19) %></time> on <code><%= path %></code>,
<%= isSigned === null ? 'not checked: no secret is known' : isSigned ? '✓ signed with a known secret' : '✗ not signed with a known secret' %><br>
<small><code><%= id %></code></small>
<pre><%= body %></pre>
</li>
<% } %></ol>
</main>
</body>
</html>
`;

const eta = new Eta({ autoEscape: true });

/** The page that lists what arrived. */
export const renderReceiver = (page: {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  readonly problem: string | null;
}): string => eta.renderString(TEMPLATE, { ...page, style: STYLE });
