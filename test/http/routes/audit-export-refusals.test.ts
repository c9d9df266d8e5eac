import { beforeEach, describe, expect, test } from 'vitest';
import type { Role, TenantStatus } from '../../../src/access/vocabulary.ts';
import { type Scene, STAFF, setScene } from '../../domain/audit/scene.ts';
import { type Person, useDatabase } from '../../support/database.ts';
import { useGateway } from '../../support/gateway.ts';

const database = useDatabase();
const gateway = useGateway(database);
let scene: Scene;
beforeEach(async () => {
  scene = await setScene(database, gateway);
  await scene.act(scene.owner, 'renameTenant', { name: 'Renamed' });
});

async function get(headers: Record<string, string>) {
  const response = await fetch(`${gateway.url}/audit/export?format=jsonl`, { headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text };
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const errorOf = ({ status, text }: { status: number; text: string }) => ({ status, ...JSON.parse(text).errors[0].extensions });

const NEEDS = {
  permission: 'audit:read',
  requires: { principals: ['USER'], roles: ['OWNER', 'ADMIN'], statuses: ['ACTIVE', 'SUSPENDED', 'PENDING_DELETION'], plans: null },
  requestId: expect.any(String),
};

describe('A3: only owner and admin can export their tenant’s log', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[Role, boolean]>([
    ['owner', true], ['admin', true], ['seller_manager', false], ['buyer_manager', false], ['operator', false], ['viewer', false],
  ])('%s: %j', async (role, may) => {
    const { make, tenant } = scene;
    const member = role === 'owner' ? scene.owner : await make.member(tenant, await make.person(`A ${role} of ${tenant.slug}`), [role]);
    const answer = await get(bearer(await scene.tokenOf(member)));
    if (may) expect(answer).toMatchObject({ status: 200, text: expect.stringContaining('"TENANT_RENAME"') });
    else expect(errorOf(answer)).toEqual({ status: 403, code: 'FORBIDDEN', because: 'ROLE', tenantStatus: 'ACTIVE', ...NEEDS });
  });

  test.each<TenantStatus>(['suspended', 'pending_deletion'])('even while %s', async status => {
    await scene.make.setStatus(scene.tenant, status);
    expect(await get(bearer(await scene.tokenOf(scene.admin)))).toMatchObject({ status: 200 });
  });

  test('without a token: 401 with WWW-Authenticate', async () => {
    const answer = await get({});
    expect(errorOf(answer)).toEqual({ status: 401, code: 'UNAUTHENTICATED', because: 'SIGN_IN', tenantStatus: null, ...NEEDS });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  test('a refusal has the same text as for a GraphQL field', async () => {
    const token = await scene.tokenOf(scene.viewer);
    const headers = { 'x-request-id': 'same' };
    const { errors } = await gateway.ask('{ tenant { auditEvents { totalCount } } }', { token, headers });
    const { message, extensions } = errors[0]!;
    expect(JSON.parse((await get({ ...bearer(token), ...headers })).text)).toEqual({ errors: [{ message, extensions }] });
  });

  const inTenant = (): { tenant: string } => ({ tenant: scene.tenant.id });
  // biome-ignore format: a table is read by its columns
  test.each<[string, () => Promise<Record<string, string>>, object]>([
    ['an invalid token',                       async () => bearer('nonsense'),                                               { status: 401, code: 'UNAUTHENTICATED' }],
    ['a non-member who names the tenant',      async () => ({ ...bearer(await scene.tokenOf(scene.stranger)), 'x-tenant-id': inTenant().tenant }), { status: 403, code: 'TENANT_NOT_FOUND' }],
    ['an absent tenant',                       async () => ({ ...bearer(await scene.tokenOf(scene.owner)), 'x-tenant-id': 'no-such-tenant' }),     { status: 403, code: 'TENANT_NOT_FOUND' }],
    ['token and header disagree',              async () => ({ ...bearer(await scene.tokenOf(scene.owner, { tenant: 'another' })), 'x-tenant-id': inTenant().tenant }), { status: 400, code: 'TENANT_CONFLICT' }],
    ['staff, who are in no tenant',            async () => bearer(await gateway.tokenOf(STAFF, { ipto_staff: true })),       { status: 403, code: 'FORBIDDEN', because: 'ROLE' }],
    ['a person without memberships, without a named tenant', async () => bearer(await scene.tokenOf(scene.stranger)),                      { status: 400, code: 'TENANT_REQUIRED', because: 'NO_TENANT' }],
    ['a tenant that is deleted',               async () => { await scene.make.setStatus(scene.tenant, 'deleted'); return { ...bearer(await scene.tokenOf(scene.owner)), 'x-tenant-id': inTenant().tenant }; }, { status: 403, code: 'TENANT_NOT_FOUND' }],
  ])('%s', async (_what, headers, refusal) => {
    const answer = await get(await headers());
    expect(errorOf(answer)).toMatchObject(refusal);
    expect(answer.text).not.toContain('TENANT_RENAME');
  });

  test('T4: a member of two tenants exports the log of the named tenant only', async () => {
    const person: Person = scene.owner.person;
    const second = await scene.make.tenant(`second-${scene.tenant.slug}`, person);
    const token = await scene.tokenOf(person);
    await gateway.ask('mutation { renameTenant(input: { name: "Second" }) { tenant { name } } }', { token, tenant: second.id });
    for (const [tenant, name] of [
      [scene.tenant.slug, 'Renamed'],
      [second.slug, 'Second'],
    ] as const) {
      const { status, text } = await get({ ...bearer(token), 'x-tenant-id': tenant });
      expect({
        status,
        after: text
          .trim()
          .split('\n')
          .map(line => JSON.parse(line).after),
      }).toEqual({ status: 200, after: [{ name }] });
    }
    expect(errorOf(await get(bearer(token)))).toMatchObject({ status: 400, code: 'TENANT_REQUIRED' });
  });
});
