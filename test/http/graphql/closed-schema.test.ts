import { readFileSync } from 'node:fs';
import { buildClientSchema, buildSchema, getIntrospectionQuery, isObjectType } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Introspection } from '../../../src/access/introspection.ts';
import { fixtures, useDatabase } from '../../support/database.ts';
import { useServer } from '../server/serve.ts';

const database = useDatabase();
const gateways = {
  all: useServer(database, { introspection: 'all' }),
  'signed-in': useServer(database),
  off: useServer(database, { introspection: 'off' }),
};

type Caller = 'nobody' | 'person' | 'key' | 'staff';
const subject = { person: '', key: '' };

beforeAll(async () => {
  const rows = fixtures(database);
  const owner = await rows.person('Owner');
  await rows.tenant('north', owner);
  subject.person = owner.subject;
  const { data } = await gateways['signed-in'].ask('mutation { createApiKey(input: { name: "Key", scopes: [TENANT_READ] }) { secret } }', {
    token: await tokenOf('signed-in', 'person'),
  });
  subject.key = data.createApiKey.secret;
});

async function tokenOf(setting: Introspection, caller: Caller): Promise<string | undefined> {
  if (caller === 'nobody') return undefined;
  if (caller === 'key') return subject.key;
  return await gateways[setting].tokens.sign(caller === 'staff' ? { sub: 'staff', ipto_staff: true } : { sub: subject.person });
}

type Body = { readonly query: string; readonly variables?: object; readonly operationName?: string };
type Sent = { readonly data?: Record<string, unknown> | null; readonly errors?: readonly Record<string, unknown>[] };

async function send(setting: Introspection, caller: Caller, body: Body, method = 'POST'): Promise<Sent> {
  const token = await tokenOf(setting, caller);
  const headers = { 'content-type': 'application/json', 'x-graphql-csrf': '1', ...(token && { authorization: `Bearer ${token}` }) };
  const { url } = gateways[setting];
  const response =
    method === 'POST'
      ? await fetch(`${url}/graphql`, { method, headers, body: JSON.stringify(body) })
      : await fetch(`${url}/graphql?${new URLSearchParams({ query: body.query, variables: JSON.stringify(body.variables ?? {}) })}`, {
          headers,
        });
  return (await response.json()) as Sent;
}

const uniform = (code: string, message: string) => ({ errors: [{ message, extensions: { code, requestId: expect.any(String) } }] });
const HINT = { 'signed-in': 'Sign in to see more.', off: 'This gateway does not say more.' };
const document = (setting: 'signed-in' | 'off') =>
  uniform('GRAPHQL_VALIDATION_FAILED', `The document does not fit the schema, or asks for it. ${HINT[setting]}`);
const variable = (setting: 'signed-in' | 'off') =>
  uniform('BAD_USER_INPUT', `A variable is missing or does not fit its type. ${HINT[setting]}`);

/** Documents whose errors name what the schema has, of each rule with a suggestion or a type. */
// biome-ignore format: a table is read by its columns
const DOCUMENTS: readonly (readonly [what: string, query: string])[] = [
  ['a field that is nearly right',         '{ plan { code } }'],
  ['a field below another',                '{ plans { codes } }'],
  ['a field of an interface',              '{ node(id: "x") { name } }'],
  ['a type that is nearly right',          '{ node(id: "x") { ... on Tenan { id } } }'],
  ['a type of a variable',                 'query ($x: Strin) { plans { code } }'],
  ['an argument that is nearly right',     '{ tenant(slugs: "x") { id } }'],
  ['an argument that is missing',          '{ node { id } }'],
  ['an argument of a mutation',            'mutation { renameTenant(input: {}) { tenant { id } } }'],
  ['a field of an input that is not there', 'mutation { renameTenant(input: { nam: "x" }) { tenant { id } } }'],
  ['an enum value that is nearly right',   '{ viewer { can(permission: TENANT_RENAM) } }'],
  ['a scalar of another type',             '{ tenant(slug: 1) { id } }'],
  ['a custom scalar',                      '{ tenant { auditEvents(filter: { from: "x" }) { totalCount } } }'],
  ['a leaf without a selection',           '{ plans }'],
  ['a selection of a leaf',                '{ plans { code { x } } }'],
  ['a directive that is not there',        '{ plans @skp { code } }'],
  ['a directive in a wrong place',         'query @skip(if: true) { plans { code } }'],
  ['a variable in a wrong place',          'query ($x: Int) { tenant(slug: $x) { id } }'],
  ['a fragment that cannot apply',         '{ plans { ... on Tenant { id } } }'],
  ['fields that conflict',                 '{ plans { a: code a: name } }'],
  ['the whole schema',                     getIntrospectionQuery()],
  ['a type of it',                         '{ __type(name: "Tenant") { fields { name } } }'],
  ['the schema beside other fields',       '{ plans { code } ... { s: __schema { queryType { name } } } }'],
  ['the schema in a fragment',             '{ ...F } fragment F on Query { __schema { types { name } } }'],
  ['the schema, skipped',                  '{ plans { code } __schema @skip(if: true) { types { name } } }'],
];

/** Variables that don't fit, of each kind whose message names a type, a field or a value. */
// biome-ignore format: a table is read by its columns
const VARIABLES: readonly (readonly [what: string, query: string, variables: object])[] = [
  ['one that is missing',        'query ($id: ID!) { node(id: $id) { id } }',                                                        {}],
  ['one of another type',        'query ($slug: String) { tenant(slug: $slug) { id } }',                                             { slug: 1 }],
  ['a value of an enum',         'query ($p: PermissionName!) { viewer { can(permission: $p) } }',                                   { p: 'TENANT_RENAM' }],
  ['a field of an input',        'mutation ($input: RenameTenantInput!) { renameTenant(input: $input) { tenant { id } } }',          { input: { nam: 'x' } }],
  ['a missing field of an input', 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',                { input: {} }],
  ['a custom scalar',            'query ($f: AuditFilter) { tenant { auditEvents(filter: $f) { totalCount } } }',               { f: { from: 'x' } }],
];

describe('who may read the schema', () => {
  // biome-ignore format: a table is read by its columns
  const MAY: readonly (readonly [Introspection, Record<Caller, boolean>])[] = [
    ['all',       { nobody: true,  person: true,  key: true,  staff: true }],
    ['signed-in', { nobody: false, person: true,  key: true,  staff: true }],
    ['off',       { nobody: false, person: false, key: false, staff: false }],
  ];
  const CASES = MAY.flatMap(([setting, callers]) =>
    Object.entries(callers).map(([caller, may]) => [setting, caller as Caller, may] as const),
  );

  test.each(CASES)('G5: INTROSPECTION=%s, %s: %s, at all places alike', async (setting, caller, may) => {
    const { data, errors } = await send(setting, caller, { query: getIntrospectionQuery() });
    const response = await fetch(`${gateways[setting].url}/schema.graphql`, {
      headers:
        may && setting === 'all'
          ? {}
          : { ...((await tokenOf(setting, caller)) && { authorization: `Bearer ${await tokenOf(setting, caller)}` }) },
    });
    const text = await response.text();
    const explained = await send(setting, caller, { query: EXPLAIN, variables: { document: '{ tenants }' } });
    const message = String(explained.errors![0]!.message);
    if (may) {
      expect(errors).toBeUndefined();
      const fields = Object.keys((buildClientSchema(data as never).getType('Query') as never as { getFields(): object }).getFields());
      const printed = buildSchema(text).getType('Query');
      expect(isObjectType(printed) && Object.keys(printed.getFields()).sort()).toEqual(fields.sort());
      expect(text).toBe(readFileSync('schema.graphql', 'utf8'));
      expect(message).toContain('Did you mean "tenant"?');
    } else {
      expect({ data, errors }).toEqual({ data: undefined, ...document(setting as 'off') });
      expect([response.status, JSON.parse(text).errors[0].extensions.code]).toEqual(
        setting === 'off' ? [404, 'NOT_FOUND'] : [401, 'UNAUTHENTICATED'],
      );
      expect(message).toBe(document(setting as 'off').errors[0]!.message);
    }
  });

  test('the text of the schema is kept from those who may not read it, also by its entity tag, and by caches', async () => {
    const { url } = gateways['signed-in'];
    const authorization = `Bearer ${await tokenOf('signed-in', 'person')}`;
    const response = await fetch(`${url}/schema.graphql`, { headers: { authorization } });
    const etag = response.headers.get('etag')!;
    expect([response.status, response.headers.get('cache-control'), response.headers.get('vary')]).toEqual([
      200,
      'private, no-cache',
      'authorization',
    ]);
    expect((await fetch(`${url}/schema.graphql`, { headers: { authorization, 'if-none-match': etag } })).status).toBe(304);
    for (const method of ['GET', 'HEAD'])
      expect((await fetch(`${url}/schema.graphql`, { method, headers: { 'if-none-match': etag } })).status).toBe(401);
  });
});

const EXPLAIN = 'query ($document: String!, $variables: JSONObject) { explain(document: $document, variables: $variables) { cost } }';

/** A document that no cache has met. */
let salt = 0;
const unmet = (query: string): string => {
  salt += 1;
  return `${query}\n# ${salt}`;
};

describe.each(['signed-in', 'off'] as const)('INTROSPECTION=%s', setting => {
  const closed: Caller = setting === 'off' ? 'person' : 'nobody';

  test.each(DOCUMENTS)('one error for whatever does not fit: %s', async (_what, query) => {
    for (const method of ['POST', 'GET'] as const)
      if (method === 'POST' || !query.startsWith('mutation'))
        for (let time = 0; time < 2; time += 1) expect(await send(setting, closed, { query }, method)).toEqual(document(setting));
    const { data, errors } = await send(setting, closed, { query: EXPLAIN, variables: { document: query } });
    expect(data).toEqual({ explain: null });
    const { message, extensions } = document(setting).errors[0]!;
    expect(errors).toMatchObject([{ message, path: ['explain'], extensions: { code: extensions.code, errors: [{ message }] } }]);
    expect(JSON.stringify(errors)).not.toMatch(/did you mean|cannot query|unknown type/i);
  });

  test.each(VARIABLES)('one error for variables: %s', async (_what, query, variables) => {
    for (let time = 0; time < 2; time += 1) expect(await send(setting, closed, { query, variables })).toEqual(variable(setting));
    const { errors } = await send(setting, closed, { query: EXPLAIN, variables: { document: query, variables } });
    expect(errors).toMatchObject([{ message: variable(setting).errors[0]!.message, extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(JSON.stringify(errors)).not.toMatch(/did you mean|got invalid value/i);
  });

  test('`__typename`, syntax errors and limits are answered as ever', async () => {
    expect((await send(setting, closed, { query: '{ __typename plans { __typename } }' })).data).toMatchObject({ __typename: 'Query' });
    expect((await send(setting, closed, { query: '{ plans {' })).errors).toMatchObject([
      { message: 'Syntax Error: Expected Name, found <EOF>.' },
    ]);
    const aliases = `{ ${Array.from({ length: 31 }, (_, at) => `a${at}: __typename`).join(' ')} }`;
    expect((await send(setting, closed, { query: aliases })).errors).toMatchObject([
      {
        message: expect.stringContaining('Aliases limit of 30'),
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED', what: 'aliases', limit: 30 },
      },
    ]);
    expect((await send(setting, closed, { query: `{ ${'__typename '.repeat(401)} }` })).errors).toMatchObject([
      { extensions: { code: 'QUERY_TOO_EXPENSIVE', what: 'breadth' } },
    ]);
  });
});

describe('no cache gives what a signed-in caller may see to another', () => {
  test.each([...DOCUMENTS, ['variables', VARIABLES[2]![1]] as const])('in any order, by POST and GET: %s', async (_what, query) => {
    const body = { variables: { p: 'TENANT_RENAM' } };
    for (const order of [
      ['person', 'nobody', 'key', 'nobody', 'person'],
      ['nobody', 'person', 'nobody', 'staff', 'nobody'],
    ] as const)
      for (const method of query.startsWith('mutation') ? ['POST'] : ['POST', 'GET']) {
        const text = unmet(query);
        for (const caller of order) {
          const asked = JSON.stringify(await send('signed-in', caller, { query: text, ...body }, method));
          if (caller === 'nobody') expect(asked).toMatch(/^\{"errors":\[\{"message":"[^"]* Sign in to see more\."/);
          else expect(asked).not.toContain('Sign in to see more.');
        }
      }
  });
});
