import { beforeEach, describe, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../../support/database.ts';
import { hashOf, idOf, manifestOf } from '../../support/documents.ts';
import { type Served, useServer } from '../server/serve.ts';

const database = useDatabase();
const PLANS = 'query Plans { plans { code } }';
const CALLER = '{ viewer { principal } }';
const OPERATORS = new Map([PLANS, CALLER].map(text => [hashOf(text), text]));
const open = useServer(database, { trust: { mode: 'off', documents: OPERATORS } });
/** Another replica. */
const replica = useServer(database, { trust: { mode: 'off', documents: OPERATORS } });
const logging = useServer(database, { trust: { mode: 'log', documents: OPERATORS } });
const strict = useServer(database, { trust: { mode: 'require', documents: OPERATORS } });

const make = fixtures(database);
type Owned = Awaited<ReturnType<typeof make.tenant>>;
let tenants = 0;
let tenant: Owned;
let other: Owned;

/** A tenant, and what its owner's requests carry at a gateway. */
async function newTenant(): Promise<Owned> {
  tenants += 1;
  return make.tenant(`tenant-${tenants}`, await make.person(`Owner ${tenants}`), { plan: 'PROFESSIONAL' });
}
beforeEach(async () => {
  tenant = await newTenant();
  other = await newTenant();
});

type Caller = { readonly token?: string; readonly tenant?: string };
const ownerOf = async ({ owner, id }: Owned, at: Served): Promise<Caller> => ({
  token: await at.tokens.sign({ sub: owner.person.subject }),
  tenant: id,
});

type Reply = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests know what they selected
  readonly data: any;
  readonly codes: readonly string[];
};

async function send(at: Served, caller: Caller, body: object, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await fetch(`${at.url}/graphql`, { method: 'POST', headers: headersOf(caller, headers), body: JSON.stringify(body) });
  return replyOf(response);
}

async function get(at: Served, caller: Caller, query: Record<string, string>, headers: Record<string, string> = {}): Promise<Reply> {
  return replyOf(
    await fetch(`${at.url}/graphql?${new URLSearchParams(query)}`, { headers: headersOf(caller, { 'x-graphql-csrf': '1', ...headers }) }),
  );
}

const headersOf = ({ token, tenant: named }: Caller, headers: Record<string, string>) => ({
  'content-type': 'application/json',
  ...(token && { authorization: `Bearer ${token}` }),
  ...(named && { 'x-tenant-id': named }),
  ...headers,
});

async function replyOf(response: Response): Promise<Reply> {
  const text = await response.text();
  const { data = null, errors = [] } = text ? JSON.parse(text) : {};
  const codes = errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code);
  return { status: response.status, headers: response.headers, text, data, codes };
}

const REGISTER = 'mutation ($input: RegisterDocumentsInput!) { registerDocuments(input: $input) { documents { documentId } } }';
const RETIRE = 'mutation ($input: RetireDocumentsInput!) { retireDocuments(input: $input) { retiredDocuments } }';

async function register(
  of: Owned,
  texts: readonly string[],
  { version = '1', apiKeyId, at = open }: { version?: string; apiKeyId?: string; at?: Served } = {},
) {
  const input = { app: 'Web', version, documents: manifestOf(...texts), ...(apiKeyId && { apiKeyId }) };
  expect((await send(at, await ownerOf(of, at), { query: REGISTER, variables: { input } })).codes).toEqual([]);
}
const retire = async (of: Owned, version = '1', at = open) =>
  expect((await send(at, await ownerOf(of, at), { query: RETIRE, variables: { input: { app: 'Web', version } } })).codes).toEqual([]);

async function keyOf(of: Owned, input: object = {}): Promise<{ secret: string; id: string }> {
  const query = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } } }';
  const { data } = await send(open, await ownerOf(of, open), {
    query,
    variables: { input: { name: 'Key', scopes: ['TENANT_READ'], ...input } },
  });
  return { secret: data.createApiKey.secret, id: data.createApiKey.apiKey.id };
}

/** A document that nobody else has. */
let salt = 0;
function unique(text: string): string {
  salt += 1;
  return `${text} # ${salt}`;
}
const name = () => unique('{ tenant { name slug } }');

/** A response without what differs by request. */
const same = ({ status, text }: Reply) => [status, text.replace(/"requestId":"[^"]*"/g, '')];

describe('a document by its id', () => {
  test('G9: has the response of its text, cold and warm, by POST and GET, for a person and an API key', async () => {
    const text = unique(
      'query Q($first: Int = 1) { tenant { name memberships(first: $first) { edges { node { roles user { email } } } } } }',
    );
    await register(tenant, [text]);
    const owner = await ownerOf(tenant, open);
    const key = { token: (await keyOf(tenant)).secret };
    for (const caller of [owner, key])
      for (const more of [{}, { variables: { first: 2 } }, { operationName: 'Q' }, { operationName: 'R' }, { variables: { first: -1 } }]) {
        const expected = await send(open, caller, { query: text, ...more });
        for (let time = 0; time < 3; time += 1)
          expect(same(await send(open, caller, { documentId: idOf(text), ...more }))).toEqual(same(expected));
        const query = Object.fromEntries(
          Object.entries(more).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
        );
        expect(same(await get(open, caller, { documentId: idOf(text), ...query }))).toEqual(
          same(await get(open, caller, { query: text, ...query })),
        );
      }
  });

  test('G9: warm, it is answered by a query plan without being looked up, as its text is', async () => {
    const text = name();
    await register(tenant, [text]);
    const owner = await ownerOf(tenant, open);
    for (const body of [{ documentId: idOf(text) }, { query: text }]) for (let time = 0; time < 3; time += 1) await send(open, owner, body);
    // Without its row, which no command would remove alone, a look-up would find nothing.
    await database.sql('DELETE FROM trusted_document WHERE tenant_id = $1', [tenant.id]);
    const { answered } = open.counts().queries;
    for (let time = 0; time < 5; time += 1)
      expect((await send(open, owner, { documentId: idOf(text) })).data.tenant.slug).toBe(tenant.slug);
    expect(open.counts().queries.answered - answered).toBe(5);
  });

  test('G9: a mutation by its id runs, and by GET it is a 405', async () => {
    const text = unique('mutation ($input: RenameTenantInput!) { renameTenant(input: $input) { tenant { name } } }');
    await register(tenant, [text]);
    const owner = await ownerOf(tenant, open);
    for (const to of ['One', 'Two', 'Three'])
      expect((await send(open, owner, { documentId: idOf(text), variables: { input: { name: to } } })).data.renameTenant.tenant.name).toBe(
        to,
      );
    expect((await get(open, owner, { documentId: idOf(text), variables: '{"input":{"name":"Four"}}' })).status).toBe(405);
  });

  // biome-ignore format: a table is read by its columns
  test.each<[string, object]>([
    ['another prefix',          { documentId: `md5:${'0'.repeat(64)}` }],
    ['capitals',                { documentId: `sha256:${'A'.repeat(64)}` }],
    ['too short',               { documentId: 'sha256:00' }],
    ['no text',                 { documentId: 7 }],
    ['beside a text',           { documentId: idOf(PLANS), query: PLANS }],
    ['with an unknown parameter', { documentId: idOf(PLANS), more: 1 }],
    ['with variables that are a text', { documentId: idOf(PLANS), variables: 'x' }],
  ])('%s is a BAD_REQUEST', async (_what, body) => {
    const reply = await send(open, {}, body);
    expect([reply.status, reply.codes]).toEqual([400, ['BAD_REQUEST']]);
  });

  test('with `tenant(slug:)` acts in the tenant that the request names, and no other, cold and warm', async () => {
    const text = unique('query ($slug: String!) { tenant(slug: $slug) { slug } }');
    await register(tenant, [text]);
    const owner = await ownerOf(tenant, replica);
    for (let time = 0; time < 3; time += 1) {
      expect((await send(replica, owner, { documentId: idOf(text), variables: { slug: tenant.slug } })).data).toEqual({
        tenant: { slug: tenant.slug },
      });
      expect((await send(replica, owner, { documentId: idOf(text), variables: { slug: other.slug } })).codes).toEqual(['TENANT_CONFLICT']);
    }
  });
});

describe('whose a document is', () => {
  test("T4: another tenant's document is answered exactly as an unknown one, cold and warm, to everybody", async () => {
    const text = name();
    const owner = await ownerOf(tenant, open);
    const stranger = await ownerOf(other, open);
    const key = { token: (await keyOf(other)).secret };
    await register(other, [name()]);
    const unknown = idOf(unique('{ roles { name } }'));
    for (const caller of [stranger, key, {}, { ...stranger, tenant: undefined as never }])
      for (const registered of [false, true]) {
        if (registered) await register(tenant, [text]);
        for (let time = 0; time < 3; time += 1) {
          if (registered) expect((await send(open, owner, { documentId: idOf(text) })).data.tenant.slug).toBe(tenant.slug);
          for (const more of [{}, { variables: { x: 1 } }, { operationName: 'No' }, { variables: { slug: 'a' } }]) {
            const foreign = await send(open, caller, { documentId: idOf(text), ...more });
            expect(foreign.codes).toEqual(['DOCUMENT_NOT_FOUND']);
            expect(same(foreign)).toEqual(same(await send(open, caller, { documentId: unknown, ...more })));
          }
          expect(same(await get(open, caller, { documentId: idOf(text) }))).toEqual(same(await get(open, caller, { documentId: unknown })));
        }
      }
  });

  test('G9: of an API key is for that key alone', async () => {
    const text = name();
    const [mine, another] = [await keyOf(tenant), await keyOf(tenant)];
    await register(tenant, [text], { apiKeyId: mine.id });
    for (let time = 0; time < 2; time += 1) {
      expect((await send(open, { token: mine.secret }, { documentId: idOf(text) })).data.tenant.slug).toBe(tenant.slug);
      for (const caller of [{ token: another.secret }, await ownerOf(tenant, open)])
        expect((await send(open, caller, { documentId: idOf(text) })).codes).toEqual(['DOCUMENT_NOT_FOUND']);
    }
  });

  test("G9: the operator's are for everybody, in a tenant or not", async () => {
    for (const caller of [
      {},
      await ownerOf(tenant, open),
      { token: (await keyOf(tenant)).secret },
      { token: await open.tokens.sign({ sub: 's', ipto_staff: true }) },
    ])
      expect((await send(open, caller, { documentId: idOf(PLANS) })).data.plans).toHaveLength(4);
  });
});

describe('retiring', () => {
  test('G9: takes effect at the next request, on every replica, for all callers and operations', async () => {
    const [text, kept] = [name(), name()];
    const rename = unique('mutation ($input: RenameTenantInput!) { renameTenant(input: $input) { tenant { name } } }');
    const key = await keyOf(tenant);
    for (let round = 1; round <= 5; round += 1) {
      await register(tenant, [text, kept, rename], { version: `${round}` });
      await register(tenant, [kept], { version: `kept ${round}` });
      const asks = [open, replica].flatMap(at => [
        async () => send(at, await ownerOf(tenant, at), { documentId: idOf(text) }),
        async () => get(at, await ownerOf(tenant, at), { documentId: idOf(text) }),
        async () => send(at, { token: key.secret }, { documentId: idOf(text) }),
        async () => send(at, await ownerOf(tenant, at), { documentId: idOf(rename), variables: { input: { name: `Name ${round}` } } }),
      ]);
      for (let time = 0; time < 2; time += 1) for (const ask of asks) expect((await ask()).codes).toEqual([]);
      await retire(tenant, `${round}`);
      for (const ask of asks) expect((await ask()).codes).toEqual(['DOCUMENT_RETIRED']);
      // Another version has it still.
      for (const at of [open, replica])
        expect((await send(at, await ownerOf(tenant, at), { documentId: idOf(kept) })).data.tenant.slug).toBe(tenant.slug);
    }
    const [row] = await database.sql('SELECT name FROM tenant WHERE tenant_id = $1', [tenant.id]);
    expect(row).toEqual({ name: 'Name 5' });
  });

  test('G9: a mutation that is the first request after it changes nothing', async () => {
    const rename = unique('mutation ($input: RenameTenantInput!) { renameTenant(input: $input) { tenant { name } } }');
    await register(tenant, [rename]);
    const owner = await ownerOf(tenant, replica);
    const body = (to: string) => ({ documentId: idOf(rename), variables: { input: { name: to } } });
    for (const to of ['One', 'Two', 'Three']) expect((await send(replica, owner, body(to))).codes).toEqual([]);
    await retire(tenant);
    expect((await send(replica, owner, body('Four'))).codes).toEqual(['DOCUMENT_RETIRED']);
  });

  test('G9: of one version leaves the text free to be sent, and a caller who was cached before it', async () => {
    const text = name();
    await register(tenant, [text]);
    const owner = await ownerOf(tenant, open);
    await send(open, owner, { documentId: idOf(text) });
    await retire(tenant);
    expect((await send(open, owner, { query: text })).data.tenant.slug).toBe(tenant.slug);
  });
});

describe('TRUSTED_DOCUMENTS=require', () => {
  test('G9: refuses any other text, sent as it is, by everybody but staff', async () => {
    const [registered, text] = [name(), name()];
    await register(tenant, [registered], { at: strict });
    const owner = await ownerOf(tenant, strict);
    for (let time = 0; time < 3; time += 1) {
      for (const body of [{ documentId: idOf(registered) }, { query: registered }])
        expect((await send(strict, owner, body)).data.tenant.slug).toBe(tenant.slug);
      for (const caller of [owner, {}, await ownerOf(other, strict), { token: (await keyOf(tenant)).secret }]) {
        const reply = await send(strict, caller, { query: text });
        expect([reply.status, reply.codes]).toEqual([403, ['DOCUMENT_NOT_TRUSTED']]);
        expect((await get(strict, caller, { query: text })).codes).toEqual(['DOCUMENT_NOT_TRUSTED']);
      }
      // Another tenant's is no more trusted than any.
      expect((await send(strict, await ownerOf(other, strict), { query: registered })).codes).toEqual(['DOCUMENT_NOT_TRUSTED']);
      for (const caller of [{}, owner]) expect((await send(strict, caller, { query: PLANS })).data.plans).toHaveLength(4);
      expect((await send(strict, { token: await strict.tokens.sign({ sub: 's', ipto_staff: true }) }, { query: text })).codes).toEqual([
        'FORBIDDEN',
      ]);
    }
    await retire(tenant, '1', strict);
    expect((await send(strict, owner, { query: registered })).codes).toEqual(['DOCUMENT_RETIRED']);
  });

  test('G9: registering always runs, and nothing beside it', async () => {
    const owner = await ownerOf(tenant, strict);
    const input = { app: 'Web', version: '1', documents: manifestOf(name()) };
    const both =
      'mutation ($input: RegisterDocumentsInput!) { registerDocuments(input: $input) { documents { id } } leaveTenant { leftTenantId } }';
    const fragment =
      'mutation ($input: RegisterDocumentsInput!) { registerDocuments(input: $input) { documents { id } } ...F } fragment F on Mutation { leaveTenant { leftTenantId } }';
    const two = `${REGISTER} query B { tenant { name } }`.replace('mutation (', 'mutation A(');
    const inline = 'mutation { ... on Mutation { leaveTenant { leftTenantId } } } # registerDocuments';
    for (const query of [both, fragment, inline])
      expect((await send(strict, owner, { query, variables: { input } })).codes).toEqual(['DOCUMENT_NOT_TRUSTED']);
    expect((await send(strict, owner, { query: two, operationName: 'B' })).codes).toEqual(['DOCUMENT_NOT_TRUSTED']);
    expect((await send(strict, owner, { query: 'query registerDocuments { tenant { name } }' })).codes).toEqual(['DOCUMENT_NOT_TRUSTED']);
    expect((await send(strict, owner, { query: REGISTER, variables: { input } })).data.registerDocuments.documents).toHaveLength(1);
  });

  test('a request without GraphQL stays a BAD_REQUEST, and the schema is no way around', async () => {
    expect((await send(strict, {}, { query: 7 })).codes).toEqual(['BAD_REQUEST']);
    expect((await send(strict, await ownerOf(tenant, strict), { query: '{ __schema { types { name } } }' })).codes).toEqual([
      'DOCUMENT_NOT_TRUSTED',
    ]);
  });
});

describe('the mode of an API key', () => {
  test('G9: REQUIRE refuses what is not registered, at the next request; OFF does not loosen the gateway', async () => {
    const [registered, text] = [name(), name()];
    await register(tenant, [registered]);
    const { secret, id } = await keyOf(tenant);
    const key = { token: secret };
    const set = async (documentMode: string) =>
      send(open, await ownerOf(tenant, open), {
        query: 'mutation ($input: SetApiKeyDocumentModeInput!) { setApiKeyDocumentMode(input: $input) { apiKey { id } } }',
        variables: { input: { apiKeyId: id, documentMode } },
      });
    for (const [mode, code] of [
      ['OFF', []],
      ['REQUIRE', ['DOCUMENT_NOT_TRUSTED']],
      ['LOG', []],
      ['REQUIRE', ['DOCUMENT_NOT_TRUSTED']],
    ] as const) {
      expect((await set(mode)).codes).toEqual([]);
      for (const at of [open, replica]) {
        expect((await send(at, key, { query: text })).codes).toEqual(code);
        for (const body of [{ query: registered }, { documentId: idOf(registered) }]) expect((await send(at, key, body)).codes).toEqual([]);
      }
    }
    expect((await send(open, await ownerOf(tenant, open), { query: text })).codes).toEqual([]);
    await set('OFF');
    expect((await send(strict, key, { query: text })).codes).toEqual(['DOCUMENT_NOT_TRUSTED']);
  });
});

describe('TRUSTED_DOCUMENTS=log', () => {
  test('G9: runs what is not registered, and logs each document of a tenant once, by its id', async () => {
    const [registered, text] = [name(), name()];
    await register(tenant, [registered], { at: logging });
    const owner = await ownerOf(tenant, logging);
    for (let time = 0; time < 3; time += 1)
      for (const query of [registered, text, PLANS]) expect((await send(logging, owner, { query })).codes).toEqual([]);
    const lines = logging.lines().filter(({ msg, tenantId }) => msg === 'a document is not trusted' && tenantId === tenant.id);
    expect(lines).toMatchObject([{ principal: 'user', documentId: idOf(text), requestId: expect.any(String) }]);
    expect(JSON.stringify(lines)).not.toContain('slug');
  });
});

describe('a GET by id', () => {
  const cacheOf = ({ headers }: Reply) => [
    headers.get('cache-control'),
    headers.get('etag') !== null,
    headers.get('vary'),
    headers.get('ratelimit'),
  ];

  test('G9: of public fields that are the same for everybody may be cached, and is not sent again by its entity tag', async () => {
    for (const caller of [{}, await ownerOf(tenant, open)]) {
      const first = await get(open, caller, { documentId: idOf(PLANS) });
      expect(cacheOf(first)).toEqual(['public, max-age=60', true, 'accept, origin', null]);
      const etag = first.headers.get('etag')!;
      const again = await get(open, caller, { documentId: idOf(PLANS) }, { 'if-none-match': etag });
      expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag]);
    }
  });

  test("G9: of a tenant's document is kept by the client alone, and asked for each time", async () => {
    const text = unique(PLANS);
    await register(tenant, [text]);
    const owner = await ownerOf(tenant, open);
    const first = await get(open, owner, { documentId: idOf(text) });
    expect(cacheOf(first)).toEqual(['private, no-cache', true, 'accept, authorization, origin, x-tenant-id', null]);
    const headers = { 'if-none-match': first.headers.get('etag')! };
    expect((await get(open, owner, { documentId: idOf(text) }, headers)).status).toBe(304);
    await retire(tenant);
    expect((await get(open, owner, { documentId: idOf(text) }, headers)).codes).toEqual(['DOCUMENT_RETIRED']);
  });

  test('G9: nothing else may be cached', async () => {
    const documents = [
      unique('{ tenant { name } }'),
      unique('{ plans { code } viewer { principal } }'),
      unique('{ plans { code } rateLimit { limit } }'),
      unique('{ ...F } fragment F on Query { plans { code } viewer { name } }'),
      unique('{ explain(document: "{ tenant { name } }") { cost } }'),
      unique('query ($id: ID = "UGxhbjpGUkVF") { node(id: $id) { id } }'),
    ];
    await register(tenant, documents);
    const owner = await ownerOf(tenant, open);
    const asks = [
      ...documents.map(text => () => get(open, owner, { documentId: idOf(text) })),
      () => get(open, {}, { documentId: idOf(CALLER) }),
      () => get(open, {}, { query: PLANS }),
      () => get(open, {}, { documentId: idOf(PLANS) }, { 'x-cost': '1' }),
      () => get(open, {}, { documentId: idOf(PLANS), operationName: 'No' }),
      () => get(open, {}, { documentId: idOf(unique(PLANS)) }),
      () => send(open, {}, { documentId: idOf(PLANS) }),
    ];
    for (const ask of asks) expect(cacheOf(await ask()).slice(0, 2)).toEqual(['no-store', false]);
  });
});

describe("Apollo Client's persisted queries", () => {
  const persisted = (text: string, version: unknown = 1) => ({ extensions: { persistedQuery: { version, sha256Hash: hashOf(text) } } });

  test('a hash alone is a document by its id; an unknown one is what makes the client send the text', async () => {
    const text = name();
    const owner = await ownerOf(tenant, open);
    // The operator has documents.
    expect((await send(open, owner, persisted(text))).codes).toEqual(['PERSISTED_QUERY_NOT_FOUND']);
    await register(tenant, [text]);
    expect((await send(open, owner, persisted(text))).data.tenant.slug).toBe(tenant.slug);
    expect((await get(open, owner, { extensions: JSON.stringify(persisted(text).extensions) })).data.tenant.slug).toBe(tenant.slug);
    expect((await send(open, owner, { query: text, ...persisted(text) })).data.tenant.slug).toBe(tenant.slug);
    expect((await send(open, owner, persisted(text, 2))).codes).toEqual(['PERSISTED_QUERY_NOT_SUPPORTED']);
    await retire(tenant);
    expect((await send(open, owner, persisted(text))).codes).toEqual(['DOCUMENT_RETIRED']);
  });
});

describe('where nobody has documents', () => {
  const bare = useServer(database);
  test('a hash alone is PERSISTED_QUERY_NOT_SUPPORTED, which makes Apollo Client stop', async () => {
    const body = { extensions: { persistedQuery: { version: 1, sha256Hash: hashOf(PLANS) } } };
    for (const caller of [{}, await ownerOf(tenant, bare)])
      expect((await send(bare, caller, body)).codes).toEqual(['PERSISTED_QUERY_NOT_SUPPORTED']);
    expect((await send(bare, {}, { documentId: idOf(PLANS) })).codes).toEqual(['DOCUMENT_NOT_FOUND']);
  });
});
