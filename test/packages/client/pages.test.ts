import { beforeAll, describe, expect, test } from 'vitest';
import { Client, ResponseError } from '../../../packages/client/src/index.ts';
import { type Actor, type MemberActor, useTenantActors } from '../../support/tenant-actors.ts';
import { collect } from './collect.ts';

const actors = useTenantActors();
let owner: MemberActor;
let viewer: MemberActor;
let requests = 0;

type Members = {
  tenant: {
    memberships: {
      edges: { node: { roles: string[]; user: { email: string | null } } }[];
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
    } | null;
  } | null;
};
const MEMBERS =
  'query Members($first: Int, $after: String) { tenant { memberships(first: $first, after: $after) { edges { node { roles user { email } } } pageInfo { hasNextPage endCursor } } } }';
const connection = ({ tenant }: Members) => tenant?.memberships;

beforeAll(async () => {
  const home = await actors.home();
  owner = home.owner;
  for (const role of ['admin', 'buyer_manager', 'operator'] as const) await actors.join(home, [role]);
  viewer = await actors.join(home, ['viewer']);
});

function clientOf({ token, tenant }: Actor) {
  requests = 0;
  const send = (url: string, init: RequestInit) => {
    requests += 1;
    return fetch(url, init);
  };
  return new Client({ url: `${actors.gateway.url}/graphql`, token, tenant, fetch: send });
}

describe('the items of a connection', () => {
  test('come page after page', async () => {
    const roles: string[] = [];
    for await (const item of clientOf(owner).items<Members, { roles: string[] }>(MEMBERS, { first: 2 }, { connection }))
      roles.push(...item.roles);
    expect(roles).toEqual(['OWNER', 'ADMIN', 'BUYER_MANAGER', 'OPERATOR', 'VIEWER']);
    expect(requests).toBe(3);
  });

  test('are read no further than they are asked for', async () => {
    for await (const _ of clientOf(owner).items<Members, object>(MEMBERS, { first: 2 }, { connection })) break;
    expect(requests).toBe(1);
  });

  test('may have another variable for the cursor', async () => {
    const renamed = MEMBERS.replaceAll('$after', '$behind');
    const pages = clientOf(owner).pages<Members, object>(renamed, { first: 4 }, { connection, cursor: 'behind' });
    expect((await collect(pages)).map(({ items }) => items.length)).toEqual([4, 1]);
  });

  test('are not read in circles where the document ignores the cursor', async () => {
    const circular = MEMBERS.replace(', after: $after', '').replace(', $after: String', '');
    await expect(collect(clientOf(owner).items<Members, object>(circular, { first: 2 }, { connection }))).rejects.toThrow(TypeError);
  });
});

describe('a page', () => {
  test('has the refusals in it', async () => {
    const pages = await collect(clientOf(viewer).pages<Members, { user: object }>(MEMBERS, { first: 3 }, { connection }));
    expect(pages.map(({ errors }) => errors.map(({ code }) => code))).toEqual([
      ['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'],
      ['FORBIDDEN', 'FORBIDDEN'],
    ]);
    expect(pages[1]!.items.map(({ user }) => user)).toEqual([{ email: null }, { email: null }]);
  });

  test.each([
    ['a nullable type', 'audit:read', ({ tenant }: Log) => tenant?.auditEvents],
    ['a strict type', 'audit:read', ({ tenant }: Log) => tenant!.auditEvents!],
    ['a strict type, and what is above is refused', 'tenant:read', ({ tenant }: Log) => tenant!.auditEvents!],
  ] as const)('whose connection is refused is thrown (%s)', async (_, permission, find) => {
    const log =
      'query Log($after: String) { tenant { auditEvents(after: $after) { edges { node { id } } pageInfo { hasNextPage endCursor } } } }';
    const caller = permission === 'tenant:read' ? { ...viewer, token: await keyOf(['USAGE_COUNT']), tenant: undefined } : viewer;
    const pages = clientOf(caller).pages<Log, object>(log, {}, { connection: find });
    const error = await collect(pages).catch(reason => reason);
    expect(error).toBeInstanceOf(ResponseError);
    expect(error.errors).toMatchObject([{ kind: 'refusal', permission }]);
  });
});

type Log = { tenant: { auditEvents: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean } } | null } | null };

const keyOf = async (scopes: readonly string[]): Promise<string> =>
  (await actors.must(owner, 'createApiKey', { name: 'Program', scopes })).secret;
