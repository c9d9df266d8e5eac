import type { IncomingMessage, ServerResponse } from 'node:http';
import { prefersPage } from '../../server/negotiate.ts';
import { type Assets, assetNameOf, loadAssets, sendAsset } from './assets.ts';
import type { ExplorerOptions } from './options.ts';
import { PAGE_HEADERS, renderPage } from './page.ts';

/** Serves the explorer's page and its assets. Returns false for any other request. */
export function createExplorer(options: ExplorerOptions): (request: IncomingMessage, response: ServerResponse) => boolean {
  let loading: Promise<{ assets: Assets; page: Buffer }> | undefined;
  const load = async () => {
    const assets = await loadAssets();
    return { assets, page: Buffer.from(renderPage(options, assets)) };
  };

  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const path = request.url?.split('?')[0] ?? '';
    const name = assetNameOf(path);
    if (!name && !(path === options.endpoint && prefersPage(request.headers.accept))) return false;

    loading ??= load();
    loading
      .then(({ assets, page }) => (name ? sendAsset(assets[name], path, request, response) : sendPage(page, request, response)))
      .catch(error => response.destroy(error));
    return true;
  };
}

function sendPage(page: Buffer, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { ...PAGE_HEADERS, 'content-length': page.length });
  response.end(request.method === 'HEAD' ? undefined : page);
}
