import { beforeEach, describe, expect, test } from 'vitest';
import { useKeys } from '../../support/key-fixtures.ts';
import type { MadeKey } from '../../support/keys.ts';

const { home, keys, fixtures } = useKeys();

let made: MadeKey[];

/** Five keys: the first two created at the same time, the third expired, the fourth revoked. */
beforeEach(async () => {
  made = [await keys.make(home.owner), await keys.make(home.owner)];
  for (let n = 2; n < 5; n += 1) {
    fixtures.gateway.clock.advance({ minutes: 1 });
    const soon = new Date(fixtures.gateway.clock.now().getTime() + 60_000).toISOString();
    made.push(await keys.make(home.owner, ['tenant:read'], n === 2 ? { expiresAt: soon } : {}));
  }
  await fixtures.must(home.owner, 'revokeApiKey', { apiKeyId: made[3]!.id });
});

const idsIn = (keysListed: readonly { id: string }[]) => keysListed.map(({ id }) => id);
const inOrder = () => [...made.slice(0, 2).sort((a, b) => (a.row < b.row ? -1 : 1)), ...made.slice(2)].map(({ id }) => id);
const PAGE = `query ($first: Int, $last: Int, $after: String, $before: String) { tenant { apiKeys(
  first: $first, last: $last, after: $after, before: $before, filter: { state: ALL }) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } } } }`;
const pageOf = async (variables: object) => (await fixtures.gateway.ask(PAGE, { ...home.owner, variables })).data.tenant.apiKeys;

describe('Tenant.apiKeys', () => {
  test('K1: lists all keys, oldest first', async () => {
    expect(idsIn(await keys.list(home.owner, 'ALL'))).toEqual(inOrder());
  });

  test('K1: lists keys that are neither revoked nor expired, unless all are requested', async () => {
    const live = inOrder().filter((_, at) => at !== 2 && at !== 3);
    expect(idsIn(await keys.list(home.owner, 'LIVE'))).toEqual(live);
    const { data } = await fixtures.gateway.ask('{ tenant { apiKeys { totalCount edges { node { id } } } } }', home.owner);
    expect([data.tenant.apiKeys.totalCount, idsIn(data.tenant.apiKeys.edges.map(({ node }: { node: { id: string } }) => node))]).toEqual([
      3,
      live,
    ]);
  });

  test('G4: pages forwards and backwards, also across keys with equal creation times', async () => {
    const forwards: string[] = [];
    for (let after: string | null = null, more = true; more; ) {
      const { edges, pageInfo, totalCount } = await pageOf({ first: 1, after });
      expect(totalCount).toBe(5);
      forwards.push(edges[0].node.id);
      [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
    }
    expect(forwards).toEqual(inOrder());
    const backwards: string[] = [];
    for (let before: string | null = null, more = true; more; ) {
      const { edges, pageInfo } = await pageOf({ last: 2, before });
      backwards.unshift(...edges.map(({ node }: { node: { id: string } }) => node.id));
      [before, more] = [pageInfo.startCursor, pageInfo.hasPreviousPage];
    }
    expect(backwards).toEqual(inOrder());
  });

  test.each([
    'x',
    Buffer.from('2026-13-45T99:99:99.999Z/00000000-0000-4000-8000-000000000000').toString('base64url'),
    Buffer.from('2026-01-01T00:00:00.000Z/x').toString('base64url'),
    Buffer.from('0000-01-01T00:00:00.000Z/00000000-0000-4000-8000-000000000000').toString('base64url'),
  ])('G4: %j is not a cursor', async after => {
    const { errors } = await fixtures.gateway.ask(PAGE, { ...home.owner, variables: { first: 1, after } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('K1: a key is a node without its secret and hash', async () => {
    const { data } = await fixtures.gateway.ask(
      `{ node(id: "${made[0]!.id}") { id ... on ApiKey { prefix } } __type(name: "ApiKey") { fields { name } } }`,
      home.owner,
    );
    expect(data.node).toEqual({ id: made[0]!.id, prefix: made[0]!.secret.slice(0, 17) });
    expect(data.__type.fields.map(({ name }: { name: string }) => name).join(' ')).not.toMatch(/hash|secret\b/i);
  });

  // biome-ignore format: a table is read by its columns
  test.each([
    ['owner',          true],
    ['admin',          true],
    ['seller_manager', false],
    ['buyer_manager',  true],
    ['operator',       false],
    ['viewer',         true],
  ] as const)('K1: %s reads them: %s', async (role, may) => {
    const who = role === 'owner' ? home.owner : await fixtures.join(home, [role]);
    const { data, errors } = await fixtures.gateway.ask(`{ tenant { apiKeys { totalCount } } node(id: "${made[0]!.id}") { id } }`, who);
    expect(data).toEqual({ tenant: { apiKeys: may ? { totalCount: 3 } : null }, node: may ? { id: made[0]!.id } : null });
    expect(errors.map(({ extensions }) => extensions.permission)).toEqual(may ? [] : ['api-key:read', 'api-key:read']);
  });

  test("T4: keys of another tenant can't be read from the list, by id or by cursor", async () => {
    const elsewhere = await fixtures.home();
    await keys.make(elsewhere.owner);
    expect(await keys.list(elsewhere.owner)).toHaveLength(1);
    const { edges } = await pageOf({ first: 1 });
    const { data } = await fixtures.gateway.ask(
      `{ node(id: "${made[0]!.id}") { id } tenant { apiKeys(after: "${edges[0].cursor}") { edges { node { id } } } } }`,
      elsewhere.owner,
    );
    expect([data.node, data.tenant.apiKeys.edges.length]).toEqual([null, 1]);
  });
});
