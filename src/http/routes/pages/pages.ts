import { fieldsByPolicy } from '../../../access/fields-by-policy.ts';
import { buildSchema } from '../../../graphql/schema.ts';
import { prefersPage } from '../../server/negotiate.ts';
import type { Route } from '../../server/route.ts';
import { ACCESS_HEADERS, renderAccess } from './access/page.ts';
import { assetNameOf, loadAssets, sendAsset } from './assets.ts';
import { sendPage } from './document.ts';
import { GRAPHIQL_HEADERS, renderGraphiql } from './graphiql.ts';
import type { PageOptions } from './options.ts';

/** The path of the page "May I?". */
export const ACCESS = '/access';

/**
 * Serves GraphiQL, at the path of GraphQL to those who prefer HTML, the page "May I?", and the
 * files of both. Returns false for any other request.
 */
export function createPages(options: PageOptions): Route {
  let loading: ReturnType<typeof load> | undefined;
  const load = async () => {
    const assets = await loadAssets();
    const fields = options.showsSchema ? fieldsByPolicy(buildSchema()) : null;
    return { assets, fields, graphiql: renderGraphiql(options, assets) };
  };

  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const [path = '', search] = (request.url ?? '').split('?', 2);
    const name = assetNameOf(path);
    if (!name && path !== ACCESS && !(path === options.endpoint && prefersPage(request.headers.accept))) return false;

    loading ??= load();
    const { assets, fields, graphiql } = await loading;
    if (name) await sendAsset(assets[name], path, request, response);
    else if (path !== ACCESS) sendPage(graphiql, GRAPHIQL_HEADERS, request, response);
    else sendPage(renderAccess(new URLSearchParams(search), { options, assets, fields }), ACCESS_HEADERS, request, response);
    return true;
  };
}
