import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { hashOf, idOf, manifestOf } from '../../support/documents.ts';
import { codeOf } from '../../support/provider.ts';
import { type Caller, type TenantWithMembers, useTenantFixtures } from '../../support/tenant-fixtures.ts';

const fixtures = useTenantFixtures();
let tenant: TenantWithMembers;
beforeEach(async () => {
  tenant = await fixtures.home();
});

const FIELDS =
  'documents { documentId app version text retiredAt apiKey { id } cost audience { permissions roles statuses plans apiKeys } }';
const PLANS = '{ plans { code } }';
const NAME = 'query Name { tenant { name } }';

const register = (
  documents: object,
  { by = tenant.admin, version = '1', app = 'Web', ...more }: { by?: Caller; version?: string; app?: string; apiKeyId?: string } = {},
) => fixtures.mutate(by, 'registerDocuments', { app, version, documents, ...more }, FIELDS);
const retire = (version = '1', { by = tenant.admin, app = 'Web' }: { by?: Caller; app?: string } = {}) =>
  fixtures.mutate(by, 'retireDocuments', { app, version }, 'retiredDocuments');
const rows = ({ id } = tenant) =>
  fixtures.database.sql<{ version: string; text: string; retired: boolean }>(
    'SELECT version, text, retired_at IS NOT NULL AS retired FROM trusted_document WHERE tenant_id = $1 ORDER BY id',
    [id],
  );
const insert = (app: string, count: number, retired: string | null = null) =>
  fixtures.database.sql(
    `INSERT INTO trusted_document (tenant_id, id, app, version, hash, text, retired_at)
     SELECT $1, gen_random_uuid(), $2, '0', encode(sha256(convert_to(t, 'UTF8')), 'hex'), t, $4::timestamptz
     FROM (SELECT '{ a' || n || ': __typename }' AS t FROM generate_series(1, $3) n) AS texts`,
    [tenant.id, app, count, retired],
  );

async function keyOf(by: Caller = tenant.admin, scopes = ['TENANT_READ'], more: object = {}) {
  const { data } = await fixtures.mutate(by, 'createApiKey', { name: 'Key', scopes, ...more }, 'secret apiKey { id documentMode }');
  return data.createApiKey as { secret: string; apiKey: { id: string; documentMode: string } };
}

describe('registerDocuments', () => {
  test('G9: registers documents, and returns what each costs at most and who can run it completely', async () => {
    const page = 'query ($first: Int) { tenant { memberships(first: $first) { edges { node { user { email } } } } } }';
    const { data, errors } = await register(manifestOf(PLANS, page));
    expect(errors).toEqual([]);
    const common = { app: 'Web', version: '1', retiredAt: null, apiKey: null };
    const STATUSES = ['ACTIVE', 'SUSPENDED', 'PENDING_DELETION'];
    const ALL = ['FREE', 'STARTER', 'PROFESSIONAL', 'ENTERPRISE'];
    const by = (id: string) => data.registerDocuments.documents.find(({ documentId }: { documentId: string }) => documentId === id);
    expect(by(idOf(PLANS))).toEqual({
      ...{ ...common, documentId: idOf(PLANS), text: PLANS, cost: 11 },
      audience: {
        permissions: [],
        roles: ['OWNER', 'ADMIN', 'SELLER_MANAGER', 'BUYER_MANAGER', 'OPERATOR', 'VIEWER'],
        ...{ statuses: STATUSES, plans: ALL, apiKeys: true },
      },
    });
    expect(by(idOf(page))).toMatchObject({
      cost: 2 + 100 * 4,
      audience: {
        permissions: ['MEMBER_LIST', 'MEMBER_READ_EMAIL', 'TENANT_READ'],
        roles: ['OWNER', 'ADMIN'],
        statuses: STATUSES,
        plans: ALL,
        apiKeys: false,
      },
    });
  });

  test('G9, P5: a document of a feature names the plans that have it; an API key can run what has scopes', async () => {
    const { data } = await register(manifestOf('{ tenant { analytics { byDay { day } } } }'));
    expect(data.registerDocuments.documents[0].audience).toMatchObject({
      roles: ['OWNER', 'ADMIN', 'SELLER_MANAGER', 'VIEWER'],
      plans: ['PROFESSIONAL', 'ENTERPRISE'],
      apiKeys: true,
    });
    const rename = 'mutation ($input: RenameTenantInput!) { renameTenant(input: $input) { tenant { name } } }';
    const second = await register(manifestOf(rename));
    expect(second.errors).toEqual([]);
    expect(second.data.registerDocuments.documents[0].audience).toMatchObject({
      ...{ roles: ['OWNER', 'ADMIN'], statuses: ['ACTIVE'], apiKeys: false },
    });
  });

  test('A1, A5: further calls add to the version; documents that it has leave no event, and change nothing', async () => {
    await register(manifestOf(PLANS));
    await register(manifestOf(PLANS, NAME));
    const events = await fixtures.events(tenant);
    expect(events.map(({ action, before, after }) => [action, before?.documents, after.documents])).toEqual([
      ['document.register', undefined, 1],
      ['document.register', 1, 2],
    ]);
    const { data } = await register(manifestOf(NAME));
    expect(data.registerDocuments.documents.map(({ text }: { text: string }) => text)).toEqual([NAME]);
    expect(await fixtures.events(tenant)).toHaveLength(events.length);
    expect((await rows()).map(({ text }) => text)).toEqual([PLANS, NAME]);
  });

  test('G6: a retry with the same idempotency key has the same response', async () => {
    const input = { app: 'Web', version: '1', documents: manifestOf(PLANS), idempotencyKey: 'a-key-of-one-registration' };
    const first = await fixtures.mutate(tenant.admin, 'registerDocuments', input, FIELDS);
    expect((await fixtures.mutate(tenant.admin, 'registerDocuments', input, FIELDS)).data).toEqual(first.data);
    expect(await rows()).toHaveLength(1);
  });

  const sha1 = createHash('sha1').update(PLANS).digest('hex');
  // biome-ignore format: a table is read by its columns
  test.each<[string, object, RegExp]>([
    ['a SHA-1, which codegen writes by default', { [sha1]: PLANS },                          /is not a SHA-256\. Set `persistedDocuments: \{ hashAlgorithm: 'sha256' \}`/],
    ['the hash of another text',                 { [hashOf(NAME)]: PLANS },                  /is not the SHA-256 of its document\. Set `persistedDocuments/],
    ['a hash in capitals',                       { [hashOf(PLANS).toUpperCase()]: PLANS },   /is not a SHA-256/],
    ['what is no text',                          { [hashOf(PLANS)]: { text: PLANS } },       /the text of each document by its hash/],
    ['none',                                     {},                                         /`documents` is empty/],
    ['a NUL',                                    manifestOf('{ plans { code } } # \0'),      /NUL/],
    ['half of a surrogate pair',                 manifestOf('{ plans { code } } # \ud800'),  /surrogate/],
    ['more than 20,000 characters',              manifestOf(PLANS.padEnd(20_001)),           /longer than 20000/],
    ['101 documents',                            manifestOf(...Array.from({ length: 101 }, (_, n) => `{ a${n}: __typename }`)), /at most 100 documents in one call/],
  ])('G9: refuses %s', async (_what, documents, message) => {
    const { errors } = await register(documents);
    expect(errors).toMatchObject([{ message: expect.stringMatching(message), extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await rows()).toEqual([]);
  });

  test('G9: `sha256:` before a hash is accepted, and a document of 20,000 characters', async () => {
    const long = PLANS.padEnd(20_000);
    const { data } = await register({ [idOf(long)]: long });
    expect(data.registerDocuments.documents).toMatchObject([{ documentId: idOf(long) }]);
  });

  test('G9: registers all, or none if one does not fit the schema, with the messages of each that does not', async () => {
    const invalid = [
      '{ nothing }',
      '{ plans { code }',
      '{ tenant { name } }  query B { plans { code } }',
      `{ ${'__typename '.repeat(401)}}`,
    ];
    const { errors } = await register(manifestOf(PLANS, ...invalid));
    expect(errors).toMatchObject([{ path: ['registerDocuments'], extensions: { code: 'DOCUMENT_INVALID' } }]);
    const shown = errors[0]!.extensions.documents as readonly { documentId: string; code: string; message: string }[];
    expect(shown.map(({ documentId, code }) => [documentId, code])).toEqual([
      [idOf(invalid[0]!), 'GRAPHQL_VALIDATION_FAILED'],
      [idOf(invalid[1]!), 'GRAPHQL_PARSE_FAILED'],
      [idOf(invalid[2]!), expect.stringMatching(/GRAPHQL_VALIDATION_FAILED|OPERATION_RESOLUTION_FAILURE/)],
      [idOf(invalid[3]!), 'QUERY_TOO_EXPENSIVE'],
    ]);
    expect(shown[0]!.message).toBe('Cannot query field "nothing" on type "Query".');
    expect(await rows()).toEqual([]);
  });

  test('G9: an app has at most 1,000 documents that are not retired, a tenant 3,000', async () => {
    await insert('Web', 999);
    expect(codeOf(await register(manifestOf(PLANS, NAME)))).toBe('LIMIT_REACHED');
    expect(codeOf(await register(manifestOf(PLANS)))).toBeNull();
    for (const app of ['A', 'B']) await insert(app, 1_000);
    const { errors } = await register(manifestOf(PLANS), { app: 'C' });
    expect(errors).toMatchObject([{ extensions: { code: 'LIMIT_REACHED', limit: 3_000, used: 3_000 } }]);
    await retire('0', { app: 'A' });
    expect(codeOf(await register(manifestOf(PLANS), { app: 'C' }))).toBeNull();
  });

  test('G9: a retired version takes no documents, and a version belongs to one key or to all callers', async () => {
    await register(manifestOf(PLANS));
    const { apiKey } = await keyOf();
    expect(codeOf(await register(manifestOf(NAME), { apiKeyId: apiKey.id }))).toBe('CONFLICT');
    await retire();
    expect(codeOf(await register(manifestOf(NAME)))).toBe('DOCUMENT_RETIRED');
  });

  test('K1: an API key with the scope registers for all callers, never for a key', async () => {
    const { secret, apiKey } = await keyOf(tenant.admin, ['DOCUMENT_REGISTER', 'DOCUMENT_READ']);
    const key = { token: secret };
    const registered = await register(manifestOf(PLANS), { by: key });
    expect(registered.data.registerDocuments.documents).toMatchObject([{ text: PLANS, apiKey: null }]);
    expect(registered.errors).toMatchObject([{ extensions: { permission: 'api-key:read' } }]);
    const { errors } = await register(manifestOf(NAME), { by: key, version: '2', apiKeyId: apiKey.id });
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', permission: 'api-key:update' } }]);
    expect(await rows()).toHaveLength(1);
  });

  test('K3: documents for an API key need a key of the tenant that is live', async () => {
    const { apiKey } = await keyOf();
    const { data } = await register(manifestOf(PLANS), { apiKeyId: apiKey.id });
    expect(data.registerDocuments.documents).toMatchObject([{ apiKey: { id: apiKey.id } }]);
    await fixtures.mutate(tenant.admin, 'revokeApiKey', { apiKeyId: apiKey.id });
    expect(codeOf(await register(manifestOf(NAME), { apiKeyId: apiKey.id, version: '2' }))).toBe('KEY_ENDED');
    const other = await fixtures.home();
    expect(codeOf(await register(manifestOf(PLANS), { by: other.admin, apiKeyId: apiKey.id }))).toBe('NOT_FOUND');
  });

  test('the database refuses a text that was not hashed, and a long one', async () => {
    await register(manifestOf(PLANS));
    for (const [set, constraint] of [
      [`text = '{ roles { name } }'`, 'trusted_document_hash_check'],
      [`text = repeat('x', 20001)`, /trusted_document_(hash|text)_check/],
      [`app = ' a'`, 'trusted_document_app_check'],
      [`version = ''`, 'trusted_document_version_check'],
    ] as const)
      await expect(fixtures.database.sql(`UPDATE trusted_document SET ${set} WHERE tenant_id = $1`, [tenant.id])).rejects.toMatchObject({
        constraint: typeof constraint === 'string' ? constraint : expect.stringMatching(constraint),
      });
  });
});

describe('retireDocuments', () => {
  test('A1, A5: retires a version with an event; again it changes nothing', async () => {
    for (const version of ['1', '2']) await register(manifestOf(PLANS, NAME), { version });
    expect((await retire()).data.retireDocuments).toEqual({ retiredDocuments: 2 });
    expect((await rows()).map(({ version, retired }) => [version, retired])).toEqual([
      ['1', true],
      ['1', true],
      ['2', false],
      ['2', false],
    ]);
    const events = await fixtures.events(tenant);
    expect(events.at(-1)).toMatchObject({ action: 'document.retire', before: { version: '1', documents: 2 }, after: { documents: 0 } });
    expect((await retire()).data.retireDocuments).toEqual({ retiredDocuments: 0 });
    expect(await fixtures.events(tenant)).toHaveLength(events.length);
  });

  test('T9: of one tenant leaves the same app and version of another as they are', async () => {
    const other = await fixtures.home();
    await register(manifestOf(PLANS));
    await register(manifestOf(PLANS), { by: other.admin });
    await retire();
    expect(await rows(other)).toMatchObject([{ retired: false }]);
    expect(codeOf(await retire('2'))).toBe('NOT_FOUND');
  });

  test('keeps 2,000 retired documents, so that they are refused by name', async () => {
    await insert('Old', 900, '2026-01-01');
    await insert('Older', 1_100, '2025-01-01');
    await register(manifestOf(PLANS));
    await retire();
    expect(await fixtures.database.sql('SELECT DISTINCT app FROM trusted_document WHERE tenant_id = $1 ORDER BY app', [tenant.id])).toEqual(
      [{ app: 'Old' }, { app: 'Web' }],
    );
  });
});

describe('the trusted documents of a tenant', () => {
  test('G4: are paged, counted and filtered', async () => {
    for (const version of ['1', '2']) await register(manifestOf(PLANS), { version });
    await register(manifestOf(NAME), { app: 'App' });
    await retire('1');
    const count = async (filter: object) =>
      (
        await fixtures.query(
          tenant.viewer,
          'query ($filter: TrustedDocumentFilter) { tenant { trustedDocuments(filter: $filter) { totalCount } } }',
          {
            filter,
          },
        )
      ).data.tenant.trustedDocuments.totalCount;
    expect(await Promise.all([{}, { app: 'Web' }, { app: 'Web', version: '2' }, { retired: true }, { retired: false }].map(count))).toEqual(
      [3, 2, 1, 1, 2],
    );
  });

  test('a document that does not fit the schema any more has neither cost nor audience, and says why', async () => {
    await insert('Web', 1);
    const text = '{ nothing }';
    await fixtures.database.sql('UPDATE trusted_document SET text = $2, hash = $3 WHERE tenant_id = $1', [tenant.id, text, hashOf(text)]);
    const { data, errors } = await fixtures.query(
      tenant.viewer,
      '{ tenant { trustedDocuments { edges { node { text cost audience { roles } } } } } }',
    );
    expect(data.tenant.trustedDocuments.edges).toEqual([{ node: { text, cost: null, audience: null } }]);
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_VALIDATION_FAILED']);
  });
});

describe('setApiKeyDocumentMode', () => {
  test('G9, A1, A5: changes the mode of a key with an event; the same mode again leaves none', async () => {
    const { apiKey } = await keyOf(tenant.buyer_manager, ['TENANT_READ'], { documentMode: 'LOG' });
    expect(apiKey.documentMode).toBe('LOG');
    const set = () =>
      fixtures.mutate(tenant.buyer_manager, 'setApiKeyDocumentMode', { apiKeyId: apiKey.id, documentMode: 'REQUIRE' }, 'apiKey { id }');
    expect((await set()).errors).toEqual([]);
    const events = await fixtures.events(tenant);
    expect(events.at(-1)).toMatchObject({ before: { documentMode: 'log' }, after: { documentMode: 'require' } });
    await set();
    expect(await fixtures.events(tenant)).toHaveLength(events.length);
  });

  test("K3: another member's key needs `api-key:update-any`", async () => {
    const { apiKey } = await keyOf(tenant.admin);
    const set = (by: Caller) => fixtures.mutate(by, 'setApiKeyDocumentMode', { apiKeyId: apiKey.id, documentMode: 'LOG' }, 'apiKey { id }');
    expect(codeOf(await set(tenant.buyer_manager))).toBe('FORBIDDEN');
    expect(codeOf(await set(tenant.owner))).toBeNull();
  });
});
