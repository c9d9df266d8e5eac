import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FakeGateway, startFakeGateway } from './graphiql-stand-in.ts';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
const TENANTS = [{ slug: 'northwind', label: 'Northwind' }];
const HOSTILE = { email: 'x@example', label: '</script><script>alert(1)</script>', tenants: ['northwind'] };

let fakeGateway: FakeGateway;
let production: FakeGateway;
let closed: FakeGateway;

beforeAll(async () => {
  fakeGateway = await startFakeGateway({ personas: [HOSTILE], tenants: TENANTS });
  production = await startFakeGateway(null);
  closed = await startFakeGateway(null, false);
});
afterAll(async () => {
  await fakeGateway.close();
  await production.close();
  await closed.close();
});

type Answer = { status: number; headers: IncomingHttpHeaders; body: Buffer };

/** Asks as written: fetch would add headers of its own, and decompress. */
function ask(path: string, headers: OutgoingHttpHeaders = {}, method = 'GET', origin = fakeGateway.origin): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${origin}${path}`, { method, headers }, async response => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks) });
    });
    sent.on('error', reject).end();
  });
}

const page = (origin?: string) => ask('/graphql', { accept: BROWSER }, 'GET', origin);
const isPage = ({ headers }: Answer) => headers['content-type'] === 'text/html; charset=utf-8';
const assetPaths = async () => [...(await page()).body.toString().matchAll(/"(\/pages\/[^"]+)"/g)].map(match => match[1]!);
const assetPath = async (name: string) => (await assetPaths()).find(path => path.endsWith(`/${name}`))!;

describe('the page', () => {
  test('has examples only where everybody may read the schema', async () => {
    const [open, empty] = await Promise.all([production, closed].map(async ({ origin }) => (await page(origin)).body.toString()));
    expect(open).toContain('memberships');
    expect(empty).toContain('__typename');
    expect(empty).not.toMatch(/viewer|memberships|tenant \{/);
  });

  test.each([
    ['a browser', BROWSER, '/graphql'],
    ['a browser at a link with a query', BROWSER, '/graphql?query=%7Bviewer%7Bprincipal%7D%7D'],
    ['a client that prefers HTML', 'application/json;q=0.5, text/html', '/graphql'],
  ])('is served to %s', async (_, accept, path) => {
    expect(isPage(await ask(path, { accept }))).toBe(true);
  });

  test.each([
    ['JSON', { accept: 'application/json' }, '/graphql?query=%7Bviewer%7Bprincipal%7D%7D'],
    ['a GraphQL response', { accept: 'application/graphql-response+json' }, '/graphql?query=%7Bviewer%7Bprincipal%7D%7D'],
    ['JSON before HTML, equally weighted', { accept: 'application/json, text/html' }, '/graphql'],
    ['JSON rather than HTML', { accept: 'text/html;q=0.8, application/graphql-response+json' }, '/graphql'],
    ['no HTML', { accept: 'text/html;q=0, */*' }, '/graphql'],
    ['a stream of events', { accept: 'text/event-stream' }, '/graphql'],
    ['anything', { accept: '*/*' }, '/graphql'],
    ['no media type', {}, '/graphql'],
    ['another path', { accept: BROWSER }, '/graphqlx'],
  ])('is not sent to a client that prefers %s', async (_, headers, path) => {
    expect(isPage(await ask(path, headers))).toBe(false);
  });

  test('leaves every method but GET and HEAD to GraphQL', async () => {
    for (const method of ['POST', 'OPTIONS', 'DELETE']) expect(isPage(await ask('/graphql', { accept: BROWSER }, method))).toBe(false);
  });

  test('has all its security headers', async () => {
    const { headers } = await page();
    const { date, connection, 'keep-alive': _, 'content-length': length, ...rest } = headers;
    expect(rest).toEqual({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      vary: 'accept',
      'content-security-policy':
        "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; " +
        "font-src data:; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
    });
  });

  test('has no scripts but its own files, and personas only in its JSON', async () => {
    const html = (await page()).body.toString();
    expect([...html.matchAll(/<script[^>]*>/g)].map(([tag]) => tag.replace(/[0-9a-f]{16}/, '#'))).toEqual([
      '<script type="application/json" id="config">',
      '<script defer src="/pages/#/monaco.js">',
      '<script defer src="/pages/#/graphiql.js">',
      '<script type="module" src="/pages/#/bar.js">',
      '<script type="module" src="/pages/#/explorer-fetch.js">',
      '<script type="module" src="/pages/#/explorer.js">',
    ]);
    expect(html).not.toMatch(/<script[^>]*>alert|https?:(?!\/\/www\.w3\.org\/2000\/svg)/);
    const config = JSON.parse(/id="config">(.*?)<\/script>/s.exec(html)![1]!);
    expect(config.demo).toEqual({ personas: [HOSTILE], tenants: TENANTS });
  });

  test('has neither personas nor their scripts outside the demo', async () => {
    const html = (await page(production.origin)).body.toString();
    expect(html).not.toMatch(/persona|northwind/i);
    expect(JSON.parse(/id="config">(.*?)<\/script>/s.exec(html)![1]!).demo).toBeNull();
  });

  test('answers HEAD with the same headers and no body', async () => {
    const [head, get] = [await ask('/graphql', { accept: BROWSER }, 'HEAD'), await page()];
    expect(head.body.length).toBe(0);
    expect(head.headers['content-length']).toBe(String(get.body.length));
  });
});

describe('the page "May I?"', () => {
  const access = (search = '', origin = fakeGateway.origin) => ask(`/access${search}`, { accept: BROWSER }, 'GET', origin);

  test('allows neither inline scripts nor inline styles', async () => {
    const { headers, body } = await access();
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; style-src 'self'; " +
        "font-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect([...body.toString().matchAll(/<(?:script(?! (?:type="application\/json"|.*src="))|style)[^>]*>| style=/g)]).toEqual([]);
  });

  test('escapes what is looked for', async () => {
    const html = (await access('?find=%22%3E%3Cscript%3Ealert(1)%3C/script%3E')).body.toString();
    expect(html).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(html).not.toContain('<script>alert');
  });

  test('names fields only where everybody may read the schema, and personas only in the demo', async () => {
    const [demo, open, empty] = await Promise.all(
      [fakeGateway, production, closed].map(async ({ origin }) => (await access('', origin)).body.toString()),
    );
    expect(demo).toContain('id="persona"');
    for (const html of [open!, empty!]) expect(html).not.toMatch(/persona|northwind/i);
    expect(open).toContain('Tenant.billingEmail');
    expect(empty).toContain('billing-contact:read');
    expect(empty).not.toMatch(/Tenant\.[a-z]|billingEmail/);
  });

  test('leaves every method but GET and HEAD to the other routes', async () => {
    for (const method of ['POST', 'DELETE']) expect(isPage(await ask('/access', {}, method))).toBe(false);
    expect((await ask('/access', {}, 'HEAD')).body.length).toBe(0);
  });
});

describe('the assets', () => {
  test('are all served under one hash, immutable', async () => {
    const paths = await assetPaths();
    expect(paths.map(path => path.split('/').at(-1)).sort()).toEqual([
      'bar.css',
      'bar.js',
      'editor.worker.js',
      'explorer-fetch.js',
      'explorer.css',
      'explorer.js',
      'graphiql.css',
      'graphiql.js',
      'graphql.worker.js',
      'json.worker.js',
      'monaco.js',
    ]);
    expect(new Set(paths.map(path => path.split('/').at(-2))).size).toBe(1);
    for (const path of paths) {
      const { status, headers } = await ask(path);
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        'content-type': path.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
        vary: 'accept-encoding',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      });
      expect(headers).not.toHaveProperty('content-encoding');
    }
  });

  test.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['gzip;q=1, br;q=0.5', 'gzip'],
    ['GZIP, br;q=0', 'gzip'],
    ['deflate', undefined],
    ['br;q=nonsense', undefined],
  ])('are served for Accept-Encoding %j as %s', async (accepted, encoding) => {
    const path = await assetPath('graphiql.js');
    const [plain, sent] = [await ask(path), await ask(path, { 'accept-encoding': accepted })];
    const unpack = { br: brotliDecompressSync, gzip: gunzipSync }[encoding as 'br'] ?? ((body: Buffer) => body);
    expect(sent.headers['content-encoding']).toBe(encoding);
    expect(sent.headers['content-length']).toBe(String(sent.body.length));
    expect(unpack(sent.body).equals(plain.body)).toBe(true);
    if (encoding) expect(sent.body.length).toBeLessThan(plain.body.length / 3);
  });

  test('answer HEAD without a body', async () => {
    const { status, headers, body } = await ask(await assetPath('explorer.js'), {}, 'HEAD');
    expect([status, body.length]).toEqual([200, 0]);
    expect(Number(headers['content-length'])).toBeGreaterThan(0);
  });

  test('of another version are absent, and the 404 is not cached', async () => {
    const { status, headers } = await ask('/pages/0123456789abcdef/explorer.js');
    expect([status, headers['cache-control']]).toEqual([404, 'no-store']);
  });

  test.each(['/pages/0123456789abcdef/unknown.js', '/pages/0123456789abcdef/../explorer.ts', '/pages/', '/pages/explorer.js'])(
    'that do not exist are left to the other routes: %s',
    async path => {
      const { headers } = await ask(path);
      expect(headers).not.toHaveProperty('cache-control');
    },
  );
});
