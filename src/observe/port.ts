import { createServer, type ServerResponse } from 'node:http';
import type { Registry } from 'prom-client';
import { type Address, listen } from '../http/server/listen.ts';
import { originForm, pathOf } from '../http/server/origin-form.ts';
import { type Checks, readiness } from './readiness.ts';

export type PortOptions = Omit<Address, 'settings'> & {
  readonly registry: Pick<Registry, 'contentType' | 'metrics'>;
  readonly checks: Checks;
};

export type RunningPort = { readonly url: string; stop(): Promise<void> };

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Serves `/metrics`, `/livez` and `/readyz` (`?verbose`: each check) on a port of their own, which
 * isn't for the public: it tells of the inside of the process and asks nobody who they are.
 *
 * @throws {ListenError}
 */
export async function startPort({ host, port, registry, checks }: PortOptions): Promise<RunningPort> {
  const server = createServer((request, response) => {
    const url = originForm(request.url!);
    if (request.method !== 'GET' && request.method !== 'HEAD') return send(response, 405, JSON_TYPE, '{"error":"This port takes GET."}');
    answer(response, pathOf(url), /[?&]verbose([=&]|$)/.test(url)).catch(() =>
      send(response, 500, JSON_TYPE, '{"error":"Something went wrong on our side."}'),
    );
  });

  async function answer(response: ServerResponse, path: string, isVerbose: boolean): Promise<void> {
    if (path === '/metrics') return send(response, 200, registry.contentType, await registry.metrics());
    if (path === '/livez') return send(response, 200, JSON_TYPE, '{"status":"alive"}');
    if (path !== '/readyz') return send(response, 404, JSON_TYPE, '{"error":"There is /metrics, /livez and /readyz?verbose."}');
    const { status, checks: results } = await readiness(checks);
    const body = isVerbose ? { status, checks: results } : { status };
    send(response, status === 'ready' ? 200 : 503, JSON_TYPE, JSON.stringify(body, null, isVerbose ? 2 : 0));
  }

  server.requestTimeout = 10_000;
  server.maxConnections = 100;
  const url = await listen(server, { host, port, settings: { host: 'METRICS_HOST', port: 'METRICS_PORT' } });
  return {
    url,
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' }).end(body);
}
