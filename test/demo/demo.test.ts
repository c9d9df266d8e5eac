import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSources } from '../cli/command.ts';
import { ask } from '../support/gateway.ts';
import { printedToken, type RunningDemo, startDemo } from './run.ts';

const LONG = 180_000;
const sh = promisify(execFile);

let home: string;
let demo: RunningDemo;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ipto-demo-'));
  demo = await startDemo(startSources, home);
}, LONG);
afterAll(async () => {
  await demo?.command.kill('SIGINT');
  await rm(home, { recursive: true, force: true });
}, LONG);

/** The three `curl` lines as printed. */
const curls = (printed: string) => printed.match(/^curl (?:.*\\\n)*.*/gm) ?? [];

/** The response to a line: from curl itself or, where curl is absent, from an equal request. */
async function answerOf(line: string): Promise<{ data: Record<string, never>; errors?: { path: string[]; extensions: object }[] }> {
  const curl = await sh('sh', ['-c', line]).catch(error => (error.code === 127 ? null : Promise.reject(error)));
  if (curl) return JSON.parse(curl.stdout);
  const headers = [...line.matchAll(/-H '([^:]+): ([^']+)'/g)].map(([, name, value]) => [name!, value!] as [string, string]);
  const [url, body] = [/https?:\S+/.exec(line)![0], /-d '([^']+)'/.exec(line)![1]!];
  return (await (await fetch(url, { method: 'POST', headers, body })).json()) as never;
}

describe('the output of the demo', () => {
  test('lists each step, the address, the tenants and the people, and leaves stderr empty', () => {
    const out = demo.command.out();
    for (const step of [
      'Creating a database',
      'Starting PostgreSQL',
      'Applying migrations',
      'Seeding tenants, people, datasets and purchases',
      'Ready in ',
    ])
      expect(out).toContain(step);
    expect(out).toContain(`Explorer   ${demo.url}/graphql`);
    for (const tenant of [
      /northwind +professional, active/,
      /adatum +enterprise, active/,
      /fabrikam +starter, active/,
      /contoso +free, active/,
    ])
      expect(out).toMatch(tenant);
    for (const tenant of [/tailspin +starter, suspended/, /litware +professional, pending deletion/]) expect(out).toMatch(tenant);
    expect(out).toContain('sam@people.example');
    expect(out).toContain('npm run --silent token -- --as owner@northwind.example');
    expect(demo.command.err()).toBe('');
  });

  test('contains three curl lines that work as printed', async () => {
    const lines = curls(demo.command.out());
    expect(lines).toHaveLength(3);
    const [plans, owner, viewer] = await Promise.all(lines.map(answerOf));
    expect(plans).toEqual({
      data: {
        plans: [
          { code: 'FREE', memberLimit: 3, support: 'COMMUNITY' },
          { code: 'STARTER', memberLimit: 10, support: 'BASIC' },
          { code: 'PROFESSIONAL', memberLimit: 100, support: 'PRIORITY' },
          { code: 'ENTERPRISE', memberLimit: null, support: 'DEDICATED' },
        ],
      },
    });
    expect(owner!.errors).toBeUndefined();
    expect(owner!.data).toMatchObject({
      tenant: { name: 'Northwind Traders', memberships: { totalCount: 7, edges: [{}, {}, {}] } },
    });
    expect(viewer!.data).toMatchObject({ tenant: { name: 'Northwind Traders', billingEmail: null } });
    expect(viewer!.errors!.map(({ extensions }) => extensions)).toContainEqual(
      expect.objectContaining({ code: 'FORBIDDEN', permission: 'billing-contact:read', because: 'ROLE' }),
    );
  });
});

const ALL = ['OWNER', 'ADMIN', 'SELLER_MANAGER', 'BUYER_MANAGER', 'OPERATOR', 'VIEWER'];
// biome-ignore format: a table is read by its columns
const TENANTS = [
  { slug: 'northwind', plan: 'PROFESSIONAL', status: 'ACTIVE',           sells: true,  buys: true,  roles: ALL },
  { slug: 'adatum',    plan: 'ENTERPRISE',   status: 'ACTIVE',           sells: true,  buys: false, roles: ALL },
  { slug: 'fabrikam',  plan: 'STARTER',      status: 'ACTIVE',           sells: false, buys: true,  roles: ALL },
  { slug: 'contoso',   plan: 'FREE',         status: 'ACTIVE',           sells: false, buys: false, roles: ['OWNER', 'VIEWER'] },
  { slug: 'tailspin',  plan: 'STARTER',      status: 'SUSPENDED',        sells: false, buys: false, roles: ALL },
  { slug: 'litware',   plan: 'PROFESSIONAL', status: 'PENDING_DELETION', sells: false, buys: false, roles: ALL },
];
const WHO = '{ viewer { principal membership { slug plan status sells buys roles } memberships { slug roles } } }';

describe('the personas', () => {
  test.each(
    TENANTS.flatMap(({ roles, ...tenant }) => roles.map(role => [`${role.toLowerCase()}@${tenant.slug}.example`, role, tenant] as const)),
  )('%s is the tenant’s %s', async (email, role, tenant) => {
    const { data } = await demo.as(email, WHO);
    expect(data.viewer).toEqual({
      principal: 'USER',
      membership: { ...tenant, roles: [role] },
      memberships: [{ slug: tenant.slug, roles: [role] }],
    });
  });

  test('contoso has the three people that its plan allows', async () => {
    const { data } = await demo.as('owner@contoso.example', '{ tenant { memberships { edges { node { user { email } } } } } }');
    const emails = data.tenant.memberships.edges.map(({ node }: { node: { user: { email: string } } }) => node.user.email);
    expect(emails.sort()).toEqual(['owner@contoso.example', 'sam@people.example', 'viewer@contoso.example']);
    expect(await demo.token('admin@contoso.example')).toBeUndefined();
  });

  test('sam is in three tenants, and acts in none until a tenant is named', async () => {
    const { data } = await demo.as('sam@people.example', WHO);
    expect(data.viewer.membership).toBeNull();
    const bySlug = Object.fromEntries(
      data.viewer.memberships.map(({ slug, roles }: { slug: string; roles: string[] }) => [slug, roles.sort()]),
    );
    expect(bySlug).toEqual({ contoso: ['ADMIN'], northwind: ['VIEWER'], fabrikam: ['BUYER_MANAGER', 'OPERATOR'] });
    const named = await demo.as('sam@people.example', WHO, 'contoso');
    expect(named.data.viewer.membership).toMatchObject({ slug: 'contoso', roles: ['ADMIN'] });
  });

  test('staff are staff, and act in no tenant', async () => {
    expect((await demo.as('staff@ipto.example', WHO)).data.viewer).toEqual({ principal: 'STAFF', membership: null, memberships: [] });
  });

  test('get a token on the command line too', async () => {
    const { code, out, err } = await printedToken(home, ['--as', 'sam@people.example', '--tenant', 'northwind']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect((await ask(demo.url, WHO, { token: out.trim() })).data.viewer.membership).toMatchObject({
      slug: 'northwind',
      roles: ['VIEWER'],
    });
  });

  test('give their tokens neither to a form of a foreign page nor for an unknown name', async () => {
    const send = (type: string, body: string) =>
      fetch(`${demo.url}/demo/token`, { method: 'POST', headers: { 'content-type': type }, body });
    const persona = '{"persona":"owner@northwind.example"}';
    for (const [type, body] of [
      ['text/plain', persona],
      ['application/x-www-form-urlencoded', persona],
      ['application/json', '{"persona":"nobody@northwind.example"}'],
      ['application/json', '{"persona":["owner@northwind.example"]'],
      ['application/json', 'null'],
      ['application/json', `{"persona":"${'x'.repeat(100_000)}"}`],
    ] as const) {
      const response = await send(type, body);
      expect([response.status, await response.json()]).toEqual([400, { error: 'There is no such persona.' }]);
    }
    expect((await fetch(`${demo.url}/demo/token`)).status).toBe(404);
  });
});
