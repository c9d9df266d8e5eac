import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';

/** The sources that a page may use beside its own files. */
type Sources = { readonly style: string; readonly font: string };

/** Allows our own files and no inline script. */
const securityPolicy = ({ style, font }: Sources) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "worker-src 'self'",
    "connect-src 'self'",
    `style-src ${style}`,
    `font-src ${font}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ');

/** The headers of a page. */
export const pageHeaders = (sources: Sources) => ({
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  vary: 'accept',
  'content-security-policy': securityPolicy(sources),
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
});

const eta = new Eta({ views: fileURLToPath(new URL('./templates', import.meta.url)), cache: true });

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M8 1l6 3.5v7L8 15l-6-3.5v-7z' fill='%23d60590'/%3E%3C/svg%3E";

/** Renders a template of `templates/`; texts in `<%= %>` are escaped. */
export const render = (template: 'graphiql' | 'access', data: object): Buffer =>
  Buffer.from(eta.render(template, { ...data, icon: ICON, scriptJson }));

/** Serializes a value as JSON that can't close the surrounding `<script>` element. */
const scriptJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/** Sends a page, without its body to HEAD. */
export function sendPage(page: Buffer, headers: object, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { ...headers, 'content-length': page.length });
  response.end(request.method === 'HEAD' ? undefined : page);
}
