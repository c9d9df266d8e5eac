import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type Encoding, encodingFor } from '../../server/negotiate.ts';

/**
 * Every file that the page needs. All are served from here, so that the explorer works without the
 * internet.
 */
export const ASSET_NAMES = [
  'graphiql.js',
  'graphiql.css',
  'editor.worker.js',
  'json.worker.js',
  'graphql.worker.js',
  'explorer.js',
  'explorer.css',
  'personas.js',
] as const;
export type AssetName = (typeof ASSET_NAMES)[number];

type Asset = { readonly path: string; readonly type: string; readonly text: string; readonly encoded: Map<Encoding, Promise<Buffer>> };
export type Assets = Readonly<Record<AssetName, Asset>>;

/**
 * Reads and hashes the assets. GraphiQL itself is 9 MB of strings, hence imported when first asked
 * for and not at the start.
 */
export async function loadAssets(): Promise<Assets> {
  const graphiql = await import('@graphql-yoga/render-graphiql/graphiql');
  const own = (name: AssetName) => readFile(new URL(`./browser/${name}`, import.meta.url), 'utf8');
  const texts: Record<AssetName, string> = {
    'graphiql.js': graphiql.js,
    'graphiql.css': graphiql.css,
    'editor.worker.js': graphiql.editorWorkerService,
    'json.worker.js': graphiql.jsonWorker,
    'graphql.worker.js': graphiql.graphqlWorker,
    'explorer.js': await own('explorer.js'),
    'explorer.css': await own('explorer.css'),
    'personas.js': await own('personas.js'),
  };
  return Object.fromEntries(ASSET_NAMES.map(name => [name, asset(name, texts[name])])) as Assets;
}

function asset(name: AssetName, text: string): Asset {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  const type = name.endsWith('.css') ? 'text/css; charset=utf-8' : 'text/javascript; charset=utf-8';
  return { path: `/graphiql/${hash}/${name}`, type, text, encoded: new Map() };
}

/** The name in the path of an asset, whatever its hash, or null when the path isn't one. */
export function assetNameOf(path: string): AssetName | null {
  const name = /^\/graphiql\/[0-9a-f]{16}\/([a-z.]+)$/.exec(path)?.[1];
  return ASSET_NAMES.find(known => known === name) ?? null;
}

/**
 * Sends an asset, compressed as the client takes it; 404 when the hash isn't of this version, as a
 * page from before an upgrade asks.
 */
export async function sendAsset(asset: Asset, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (path !== asset.path) {
    response.writeHead(404, { 'content-type': 'text/plain', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    response.end('The explorer has changed: reload its page.\n');
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
    // A worker is held by the policy that comes with its script: these compute, and reach nothing.
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function encoded(asset: Asset, encoding: Encoding): Promise<Buffer> {
  const known = asset.encoded.get(encoding);
  if (known) return known;
  const body = compress[encoding](Buffer.from(asset.text));
  asset.encoded.set(encoding, body);
  return body;
}

// Brotli's quality 5 takes 0.2 s over all assets (on the thread pool); 11 would take 8 s to save
// another 15 %.
const compress: Record<Encoding, (body: Buffer) => Promise<Buffer>> = {
  br: body => promisify(brotliCompress)(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: body => promisify(gzip)(body),
  identity: body => Promise.resolve(body),
};
