import { beforeAll, describe, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../../support/database.ts';
import { post, raw } from '../server/raw.ts';
import { useServer } from '../server/serve.ts';

const database = useDatabase();
const gateway = useServer(database);
let token: string;
beforeAll(async () => {
  const { person, tenant } = fixtures(database);
  const ann = await person('Ann');
  await tenant('north', ann);
  token = await gateway.tokens.sign({ sub: ann.subject });
});

const SEARCH = 'query ($f: MembershipFilter) { tenant { memberships(filter: $f) { totalCount } } }';
const RENAME = 'mutation ($i: RenameTenantInput!) { renameTenant(input: $i) { tenant { name } } }';
const inline = (text: string) => `{ tenant { memberships(filter: { search: ${text} }) { totalCount } } }`;

const HALVES = { 'a NUL': 'a\0b', 'a high half': 'a\ud800b', 'a low half': 'a\udc00b', 'halves in the wrong order': '\udc00\ud800' };

describe.each(Object.entries(HALVES))('%s', (_what, text) => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, string, object?]>([
    ['a variable',                      SEARCH, { f: { search: text } }],
    ['a variable of a mutation',        RENAME, { i: { name: text } }],
    ['an undeclared variable', '{ __typename }', { other: text }],
    ['a list deep in a variable',       '{ __typename }', { other: [{ a: [[text]] }] }],
    ['the name of a variable',          '{ __typename }', { [text]: 1 }],
    ['a property name in a variable',   SEARCH, { f: { search: 'a', [text]: 1 } }],
  ])('in %s is BAD_USER_INPUT', async (_where, query, variables) => {
    const { errors } = await gateway.ask(query, { token, variables });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(await database.sql('SELECT name FROM tenant')).toEqual([{ name: 'Tenant north' }]);
  });

  test('in a literal, a block string, an escape and a default is refused', async () => {
    const escaped = [...text].map(letter => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    for (const query of [
      inline(`"${text}"`),
      inline(`"""${text}"""`),
      inline(`"${escaped}"`),
      `query ($s: String = "${escaped}") { tenant { memberships(filter: { search: $s }) { totalCount } } }`,
    ]) {
      const { errors, data } = await gateway.ask(query, { token });
      expect(data?.tenant).toBeUndefined();
      expect(errors[0]!.extensions.code).toMatch(/^(BAD_USER_INPUT|GRAPHQL_PARSE_FAILED)$/);
    }
  });

  test('in a global id, a cursor or an operation name is not an internal error', async () => {
    const encoded = Buffer.from(`Tenant:${text}`).toString('base64url');
    const { errors } = await gateway.ask(
      'query ($id: ID!, $c: String) { node(id: $id) { id } tenant { memberships(after: $c) { totalCount } } }',
      {
        token,
        variables: { id: encoded, c: encoded },
      },
    );
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT', 'BAD_USER_INPUT']);
    const body = JSON.stringify({ query: '{ __typename }', operationName: text });
    expect((await raw(gateway.url, post(body), body)).body).toContain('"OPERATION_RESOLUTION_FAILURE"');
  });
});

test('a surrogate pair is one character', async () => {
  const { errors, data } = await gateway.ask(SEARCH, { token, variables: { f: { search: '😀' } } });
  expect({ errors, data }).toEqual({ errors: [], data: { tenant: { memberships: { totalCount: 0 } } } });
});

describe('a header', () => {
  const BODY = JSON.stringify({ query: '{ tenant { slug } }' });
  const send = async (...headers: string[]) => {
    const { status, body } = await raw(gateway.url, post(BODY, ...headers), BODY);
    const { data, errors } = JSON.parse(/\{.*\}/s.exec(body)![0]);
    return { status, data, code: errors?.[0].extensions.code };
  };
  const bearer = () => `authorization: Bearer ${token}`;

  test('with credentials or a tenant may occur only once, even with the same value', async () => {
    expect(await send(bearer(), 'x-tenant-id: north')).toEqual({ status: 200, data: { tenant: { slug: 'north' } }, code: undefined });
    for (const headers of [
      [bearer(), bearer()],
      [bearer(), 'Authorization: Basic YTpi'],
      [bearer(), 'x-tenant-id: north', 'x-tenant-id: north'],
      [bearer(), 'x-tenant-id: north', 'X-TENANT-ID: other'],
      [bearer(), 'x-tenant-id: ', 'x-tenant-id: north'],
    ])
      expect(await send(...headers)).toEqual({ status: 400, data: undefined, code: 'BAD_REQUEST' });
  });

  test.each([
    '',
    'north,north',
    'north other',
    'n\xf6rth',
    "north'--",
    '%6eorth',
    'a'.repeat(4_000),
    '../north',
    '00000000-0000-0000-0000-00000000000',
  ])('that names the tenant as %j names none', async name => {
    expect(await send(bearer(), `x-tenant-id: ${name}`)).toEqual({ status: 403, data: undefined, code: 'TENANT_NOT_FOUND' });
  });

  test('with a NUL or a line break is malformed HTTP, and refused in the usual format', async () => {
    for (const header of ['x-tenant-id: a\0b', 'x-tenant-id: a\rx: b', ': nameless']) {
      const { status, head, body } = await raw(gateway.url, post(BODY, header), BODY);
      const requestId = /^x-request-id: (.+?)\r?$/m.exec(head)?.[1];
      expect({ status, body: JSON.parse(body) }).toEqual({
        status: 400,
        body: { errors: [{ message: 'This is not an HTTP request.', extensions: { code: 'BAD_REQUEST', requestId: expect.any(String) } }] },
      });
      expect(body).toContain(requestId);
      expect(head).toMatch(/^x-content-type-options: nosniff\r?$/m);
      expect(gateway.lines().find(line => line.requestId === requestId)).toMatchObject({ msg: 'not an HTTP request' });
    }
  });

  test('too many headers are refused', async () => {
    const { status, body } = await raw(gateway.url, post(BODY, `x-long: ${'a'.repeat(20_000)}`), BODY);
    expect({ status, body: JSON.parse(body) }).toMatchObject({ status: 431, body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } });
  });
});
