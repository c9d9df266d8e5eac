import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { keepLog } from '../http/server/serve.ts';
import { fixtures, type Member, useDatabase } from '../support/database.ts';
import { useGateway } from '../support/gateway.ts';
import { keysOf } from './log-keys.ts';

const kept = keepLog();
const database = useDatabase();
const gateway = useGateway(database, { log: kept.log, budget: { withoutTenant: 5_000, trustedProxies: [] } });
const make = fixtures(database);

let owner: Member;
let viewer: Member;
beforeAll(async () => {
  const tenant = await make.tenant('home', await make.person('Ann'), { plan: 'PROFESSIONAL' });
  owner = tenant.owner;
  viewer = await make.member(tenant, await make.person('Vic'), ['viewer']);
});
let requests = 0;
beforeEach(() => {
  requests += 1;
});

const as = async ({ person, tenantId }: Member) => ({ token: await gateway.tokenOf(person), tenant: tenantId });

/** The log line of a request. */
async function lineOf(run: (headers: Record<string, string>) => Promise<unknown>) {
  const requestId = `request-${requests}-${kept.lines().length}`;
  await run({ 'x-request-id': requestId });
  const isOf = (line: { requestId?: string; msg?: string }) => line.requestId === requestId && line.msg === 'request';
  await expect.poll(() => kept.lines().filter(isOf)).toHaveLength(1);
  return kept.lines().find(isOf)!;
}

describe('the log line of a GraphQL request', () => {
  test('names the operation, its tenant, its principal, its cost, and what the database did for it', async () => {
    const caller = await as(owner);
    const ask = (headers: Record<string, string>) => gateway.ask('query Names { tenant { name } }', { ...caller, headers });
    await ask({});
    const line = await lineOf(ask);
    expect(line).toMatchObject({
      ...{ method: 'POST', path: '/graphql', status: 200, type: 'query', operation: 'Names', document: 'other' },
      ...{ execution: 'optimistic', principal: 'user', tenantId: owner.tenantId, cost: 2, statements: 1 },
    });
    expect(line.databaseMs).toBeGreaterThan(0);
    expect(line.databaseMs).toBeLessThanOrEqual(line.ms as number);
    expect(keysOf(line)).toEqual(
      'cost databaseMs document execution level method ms msg operation path principal requestId statements status tenantId time type',
    );
  });

  test('has the codes of refused fields, each once', async () => {
    const caller = await as(viewer);
    const emails = '{ tenant { billingEmail memberships(first: 10) { edges { node { user { email } } } } } nothing: node(id: "x") { id } }';
    const { codes } = await lineOf(headers => gateway.ask(emails, { ...caller, headers }));
    expect([...(codes as string[])].sort()).toEqual(['BAD_USER_INPUT', 'FORBIDDEN']);
  });

  test('has the code of a request that is refused as a whole', async () => {
    const line = await lineOf(headers => gateway.ask('{ tenant { name } }', { token: 'no.token.this', headers }));
    expect(line).toMatchObject({ status: 401, codes: ['UNAUTHENTICATED'], cost: null });
    expect(line).not.toHaveProperty('principal');
  });

  test('names an API key by its kind, and its tenant', async () => {
    const { data } = await gateway.ask(
      'mutation { createApiKey(input: { name: "Nightly", scopes: [TENANT_READ] }) { secret } }',
      await as(owner),
    );
    const line = await lineOf(headers => gateway.ask('{ tenant { name } }', { token: data.createApiKey.secret, headers }));
    expect(line).toMatchObject({ principal: 'api_key', tenantId: owner.tenantId });
    expect(JSON.stringify(line)).not.toContain(data.createApiKey.secret);
  });

  test('of a mutation counts the statements of its transaction', async () => {
    const caller = await as(owner);
    const rename = (headers: Record<string, string>) =>
      gateway.ask('mutation Rename { renameTenant(input: { name: "New" }) { tenant { name } } }', { ...caller, headers });
    const line = await lineOf(rename);
    expect(line).toMatchObject({ type: 'mutation', operation: 'Rename' });
    expect(line.statements).toBeGreaterThan(4);
  });

  test('has neither the document, nor a variable, nor more of a name and a path than fits', async () => {
    const caller = await as(owner);
    const name = 'N'.repeat(300);
    const query = `query ${name}($canary: String!) { tenant(slug: $canary) { name } }`;
    const line = await lineOf(headers => gateway.ask(query, { token: caller.token, variables: { canary: 'home' }, headers }));
    expect(line.operation).toBe('N'.repeat(64));
    const lost = await lineOf(headers => fetch(`${gateway.url}/${'p'.repeat(900)}?canary=canary`, { headers }));
    expect(lost.path).toHaveLength(200);
    expect(kept.text()).not.toContain('canary');
  });
});

test('the log line of an export has its tenant and principal, and no operation', async () => {
  const { token, tenant } = await as(owner);
  const line = await lineOf(headers =>
    fetch(`${gateway.url}/audit/export?format=csv`, {
      headers: { ...headers, authorization: `Bearer ${token}`, 'x-tenant-id': tenant },
    }).then(response => response.text()),
  );
  expect(line).toMatchObject({ path: '/audit/export', status: 200, principal: 'user', tenantId: owner.tenantId });
  expect(line).not.toHaveProperty('operation');
  expect(line.statements).toBeGreaterThan(0);
});
