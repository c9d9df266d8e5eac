import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { gauge } from '../../src/observe/metrics/metric.ts';
import { type RunningPort, startPort } from '../../src/observe/port.ts';
import type { Checks } from '../../src/observe/readiness.ts';
import { startIssuer } from '../http/auth/oidc.ts';
import { serve } from '../http/server/serve.ts';
import { createDatabase, useDatabase } from '../support/database.ts';
import { ANY_PORT } from './scrape.ts';

let stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.reverse()) await stop();
  stops = [];
});

async function open(checks: Checks = {}, registry = new Registry()): Promise<RunningPort> {
  const port = await startPort({ ...ANY_PORT, registry, checks });
  stops.push(port.stop);
  return port;
}
const failing = (isRequired: boolean) => ({
  isRequired,
  run: () => Promise.reject(new Error('it is down', { cause: new Error('refused') })),
});
const working = { isRequired: true, run: async () => 'it works' };

describe('the metrics port', () => {
  test('serves metrics as text for Prometheus', async () => {
    const registry = new Registry();
    gauge(registry, { name: 'ipto_test', help: 'A test.' }, () => 7);
    gauge(registry, { name: 'ipto_absent', help: 'It can not be read.' }, () => null);
    const response = await fetch(`${(await open({}, registry)).url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await response.text()).toBe(
      '# HELP ipto_test A test.\n# TYPE ipto_test gauge\nipto_test 7\n\n# HELP ipto_absent It can not be read.\n# TYPE ipto_absent gauge\n',
    );
  });

  test('says of each check what it found, and is ready while no required one fails', async () => {
    const { url } = await open({ database: working, issuer: failing(false) });
    const response = await fetch(`${url}/readyz?verbose`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: 'ready',
      checks: {
        database: { ok: true, required: true, found: 'it works', ms: expect.any(Number) },
        issuer: { ok: false, required: false, found: 'it is down: refused', ms: expect.any(Number) },
      },
    });
  });

  test('is not ready while a required check fails, and says no more unless it is asked', async () => {
    const { url } = await open({ database: failing(true) });
    const response = await fetch(`${url}/readyz`);
    expect([response.status, await response.json()]).toEqual([503, { status: 'not ready' }]);
    expect((await fetch(`${url}/readyz?verbose`)).status).toBe(503);
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });

  test.each([
    ['/', 404],
    ['//', 404],
    ['/metrics/x', 404],
    ['http://[', 404],
  ])('answers %s with %s', async (target, status) => {
    const { url } = await open();
    const { request } = await import('node:http');
    const answered = new Promise<number>((resolve, reject) => {
      request(url, { path: target }, response => resolve(response.resume().statusCode!))
        .on('error', reject)
        .end();
    });
    expect(await answered).toBe(status);
  });

  test('takes no POST', async () => {
    expect((await fetch(`${(await open()).url}/metrics`, { method: 'POST' })).status).toBe(405);
  });
});

const database = useDatabase();

describe('the readiness of a gateway', () => {
  const checksOf = async (metricsUrl: string | null) =>
    ((await (await fetch(`${metricsUrl}/readyz?verbose`)).json()) as { checks: Record<string, { ok: boolean; found: string }> }).checks;

  test('tells of database, migrations and issuer', async () => {
    const issuer = await startIssuer();
    const gateway = await serve({
      databaseUrl: database.runtimeUrl,
      metrics: ANY_PORT,
      tokens: { issuer: issuer.issuer, audience: 'a', algorithms: ['ES256'], tenantClaim: 't', staffClaim: 's', clockSkew: 5 },
    });
    stops.push(issuer.close, gateway.stop);
    expect(await checksOf(gateway.metricsUrl)).toMatchObject({
      serving: { ok: true },
      database: { ok: true },
      migrations: { ok: true, found: 'complete' },
      issuer: { ok: true, found: '0 keys' },
    });
    issuer.state.down = true;
    expect(await checksOf(gateway.metricsUrl)).toMatchObject({ issuer: { ok: false, found: expect.stringContaining('answered 500') } });
    expect((await fetch(`${gateway.metricsUrl}/readyz`)).status).toBe(200);
  });

  test('names the migrations that are missing', async () => {
    const behind = await createDatabase();
    const gateway = await serve({ databaseUrl: behind.runtimeUrl, metrics: ANY_PORT });
    stops.push(behind.drop, gateway.stop);
    const [{ name }] = (await behind.sql<{ name: string }>(
      'DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations) RETURNING migration_name AS name',
    )) as [{ name: string }];
    const { migrations } = await checksOf(gateway.metricsUrl);
    expect(migrations).toMatchObject({ ok: false, found: `1 are missing, from ${name} on: run \`ipto migrate\`` });
    expect((await fetch(`${gateway.metricsUrl}/readyz`)).status).toBe(503);
  });

  test('is there before the database is, and the public port tells none of it', async () => {
    const stopping = new AbortController();
    const lines: string[] = [];
    const starting = serve({
      databaseUrl: 'postgresql://ipto_gateway@127.0.0.1:1/ipto',
      metrics: { host: '127.0.0.1', port: await freePort(lines) },
      signal: stopping.signal,
    }).catch(() => null);
    const url = `http://127.0.0.1:${lines[0]}`;
    await expect
      .poll(
        () =>
          fetch(`${url}/readyz?verbose`).then(
            response => response.status,
            () => null,
          ),
        { timeout: 30_000 },
      )
      .toBe(503);
    stopping.abort();
    await starting;
  });

  test('a port that is taken stops the start, with the setting that names it', async () => {
    const taken = await open();
    const port = Number(new URL(taken.url).port);
    await expect(serve({ databaseUrl: database.runtimeUrl, metrics: { host: '127.0.0.1', port } })).rejects.toThrow(
      `Can't listen on 127.0.0.1:${port}: another process listens there; choose another port with METRICS_PORT.`,
    );
  });
});

/** A port that is free now. */
async function freePort(into: string[]): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  into.push(String(port));
  return port;
}
