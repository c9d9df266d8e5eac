import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test } from 'vitest';
import { hasChromium, launch } from '../../support/browser.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';
import { useResource } from '../../support/resource.ts';
import { useBuiltClient } from './built.ts';

/** The largest bundle, compressed, bytes. */
const MAX_BYTES = 15_000;

const client = useBuiltClient();
const database = useDatabase();
const origins: string[] = [];
const site = useResource(startSite, ({ server }) => server.close());
const gateway = useGateway(database, { corsOrigins: origins });

/** Serves a page of another origin than the gateway's, whose script the test sets. */
async function startSite() {
  const files = { script: '' };
  const server = createServer(({ url }, response) => {
    response.setHeader('content-type', url === '/page.js' ? 'text/javascript' : 'text/html');
    response.end(url === '/page.js' ? files.script : '<!doctype html><script type="module" src="/page.js"></script>');
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  origins.push(origin);
  return { server, origin, files };
}

async function bundleOf(entry: string, options: object = {}): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: client.folder },
    ...{ bundle: true, minify: true, format: 'esm', platform: 'browser', write: false, logLevel: 'silent' },
    ...options,
  });
  return outputFiles![0]!.text;
}

describe('the built package', () => {
  test('is at most 15 kB in a browser, compressed, with all that it depends on', async () => {
    const bytes = gzipSync(await bundleOf("export * from '@ipto/client';"), { level: 9 }).length;
    expect(bytes).toBeLessThan(MAX_BYTES);
    expect(bytes).toBeGreaterThan(5_000);
  });

  test('types data, variables and refusals', async () => {
    await writeFile(path.join(client.folder, 'use.ts'), USE);
    expect(await client.typeErrors(['use.ts'])).toBe('');
  });
});

const USE = `
import type { DocumentNode } from 'graphql';
import { Client, type DocumentTypes, type FieldError } from '@ipto/client';

declare const QUERY: DocumentNode & DocumentTypes<{ tenant: { name: string } | null }, { first: number }>;
const client = new Client({ url: 'https://api.example/graphql', token: async refused => refused });
export const { data } = await client.request(QUERY, { first: 1 });
export const name: string | undefined = data?.tenant?.name;
// @ts-expect-error the field isn't selected
data?.tenant?.slug;
// @ts-expect-error the tenant may be refused
data?.tenant.name;
// @ts-expect-error the variable is a number
await client.request(QUERY, { first: '1' });

export function explain(error: FieldError): string {
  if (error.kind === 'failure') return String(error.details.limit);
  // @ts-expect-error a refusal has no details
  error.details;
  // @ts-expect-error there is no such role
  error.requires.roles.includes('KING');
  if (error.because === 'PLAN') {
    const code: 'PLAN_REQUIRED' = error.code;
    return code;
  }
  return error.because satisfies 'SIGN_IN' | 'ROLE' | 'NO_TENANT' | 'KEY_SCOPE' | 'TENANT_STATUS';
}

for await (const event of client.subscribe(QUERY, { first: 1 })) {
  // @ts-expect-error a resync has no data
  event.data;
  if (event.kind === 'next') event.data?.tenant?.name;
}
`;

describe.skipIf(!hasChromium())('the client in a page of another origin', () => {
  let tokens: { owner: string; viewer: string };
  beforeAll(async () => {
    const make = fixtures(database);
    const [owner, viewer] = [await make.person('Olive'), await make.person('Vera')];
    const tenant = await make.tenant('north', owner, { plan: 'STARTER', name: 'North' });
    await make.member(tenant, viewer, ['viewer']);
    tokens = { owner: await gateway.tokenOf(owner), viewer: await gateway.tokenOf(viewer) };
  });

  test('reads pages, sees refusals, changes something once, and verifies a signature', async () => {
    site.files.script = await bundleOf(PAGE);
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(site.origin);
      await page.waitForFunction('globalThis.run');
      const result = await page.evaluate(`run(${JSON.stringify({ url: `${gateway.url}/graphql`, ...tokens })})`);
      expect(result).toEqual({
        names: ['Olive', 'Vera'],
        refused: [['FORBIDDEN', 'member:read-email', 2]],
        renamed: 'Renamed',
        signature: 'SIGNATURE',
      });
    } finally {
      await browser.close();
    }
    const renames = await database.sql("SELECT 1 FROM audit_event WHERE action = 'tenant.rename'");
    expect(renames).toHaveLength(1);
  });
});

const PAGE = `
import { Client, verifyWebhook } from '@ipto/client';

const MEMBERS = 'query ($after: String) { tenant { memberships(first: 1, after: $after) { edges { node { user { name } } } pageInfo { hasNextPage endCursor } } } }';

globalThis.run = async ({ url, owner, viewer }) => {
  const client = new Client({ url, tenant: 'north', token: viewer, groupRefusals: true });
  const names = [];
  for await (const { user } of client.items(MEMBERS, {}, { connection: data => data.tenant.memberships })) names.push(user.name);
  const { errors } = await client.request('{ tenant { memberships { edges { node { user { email } } } } } }');

  // The first response is lost on its way to the page.
  let sent = 0;
  const losing = async (...request) => {
    const response = await fetch(...request);
    if (++sent === 1) throw new TypeError('network error');
    return response;
  };
  const writer = new Client({ url, tenant: 'north', token: owner, fetch: losing, retry: { firstPause: 1 } });
  const { renameTenant } = await writer.data('mutation { renameTenant(input: { name: "Renamed" }) { tenant { name } } }');

  const headers = new Headers({ 'webhook-id': 'a', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)), 'webhook-signature': 'v1,AAAA' });
  const signature = await verifyWebhook('{}', headers, 'whsec_c2VjcmV0').catch(error => error.fault);
  return { names, refused: errors.map(({ code, permission, count }) => [code, permission, count]), renamed: renameTenant.tenant.name, signature };
};
`;
