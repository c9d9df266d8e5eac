import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type Encoding, encodingFor } from '../../server/negotiate.ts';

/** Our own files. They import each other, so all are served under one hash. */
const OWN_NAMES = [
  'access.css',
  'access.js',
  'bar.css',
  'bar.js',
  'caller.js',
  'explorer-fetch.js',
  'explorer.css',
  'explorer.js',
  'links.js',
  'monaco.js',
  'permission-marks.js',
  'refusals.js',
  'simplify-tabs.js',
  'what-helps.js',
] as const;

/** All files of the pages. We serve them ourselves, so that they work without internet access. */
const ASSET_NAMES = ['graphiql.js', 'graphiql.css', 'editor.worker.js', 'json.worker.js', 'graphql.worker.js', ...OWN_NAMES] as const;
export type AssetName = (typeof ASSET_NAMES)[number];

type Asset = { readonly path: string; readonly type: string; readonly text: string; readonly encoded: Map<Encoding, Promise<Buffer>> };
export type Assets = Readonly<Record<AssetName, Asset>>;

/** Reads and hashes the assets. GraphiQL is 9 MB of strings, so it is imported at first use. */
export async function loadAssets(): Promise<Assets> {
  const graphiql = await import('@graphql-yoga/render-graphiql/graphiql');
  const own = OWN_NAMES.map(async name => [name, await readFile(new URL(`./browser/${name}`, import.meta.url), 'utf8')]);
  const texts: Record<AssetName, string> = {
    'graphiql.js': graphiql.js,
    'graphiql.css': graphiql.css,
    'editor.worker.js': graphiql.editorWorkerService,
    'json.worker.js': graphiql.jsonWorker,
    'graphql.worker.js': graphiql.graphqlWorker,
    ...Object.fromEntries(await Promise.all(own)),
  };
  const hash = createHash('sha256')
    .update(ASSET_NAMES.map(name => texts[name]).join())
    .digest('hex')
    .slice(0, 16);
  return Object.fromEntries(ASSET_NAMES.map(name => [name, asset(`/pages/${hash}/${name}`, texts[name])])) as Assets;
}

function asset(path: string, text: string): Asset {
  const type = path.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8';
  return { path, type, text, encoded: new Map() };
}

/** The name in an asset's path, with any hash; null for any other path. */
export function assetNameOf(path: string): AssetName | null {
  const name = /^\/pages\/[0-9a-f]{16}\/([a-z.-]+)$/.exec(path)?.[1];
  return ASSET_NAMES.find(assetName => assetName === name) ?? null;
}

/**
 * Sends an asset in an encoding that the client accepts; 404 for the hash of another version, which
 * a page that was loaded before an upgrade requests.
 */
export async function sendAsset(asset: Asset, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (path !== asset.path) {
    response.writeHead(404, { 'content-type': 'text/plain', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    response.end('The page has changed: reload it.\n');
    return;
  }
  const encoding = encodingFor(request.headers['accept-encoding']);
  const body = await encoded(asset, encoding);
  response.writeHead(200, {
    'content-type': asset.type,
    'content-length': body.length,
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
    // A worker obeys the policy of its own script: these need no network.
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function encoded(asset: Asset, encoding: Encoding): Promise<Buffer> {
  const cached = asset.encoded.get(encoding);
  if (cached) return cached;
  const body = compress[encoding](Buffer.from(asset.text));
  asset.encoded.set(encoding, body);
  return body;
}

// Quality 5 of Brotli takes 0.2 s for all assets, on the thread pool. Quality 11 would take 8 s and
// save another 15 %.
const compress: Record<Encoding, (body: Buffer) => Promise<Buffer>> = {
  br: body => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: body => promisify(gzip)(body),
  identity: body => Promise.resolve(body),
};
