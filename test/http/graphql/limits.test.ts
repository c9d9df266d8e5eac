import { getIntrospectionQuery } from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { fixtures, useDatabase } from '../../support/database.ts';
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

const MODERN = { accept: 'application/graphql-response+json' };

type Params = { query: string; variables?: object; operationName?: string };

async function send(params: Params) {
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { ...MODERN, 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(params),
  });
  const { data, errors } = JSON.parse(await response.text());
  return { status: response.status, data, errors };
}

const expensive = (what: string, limit: number, actual: number) => ({
  message: `The operation's ${what} is ${actual}; at most ${limit} is allowed.`,
  extensions: { code: 'QUERY_TOO_EXPENSIVE', what, limit, actual, requestId: expect.any(String) },
});
const nested = (levels: number) => `${'{a'.repeat(levels)}${'}'.repeat(levels)}`;
const times = (count: number, part: (index: number) => string) => Array.from({ length: count }, (_, i) => part(i)).join(' ');

describe('the limits of an operation', () => {
  test('2,000 tokens, and not more', async () => {
    // 2,000 with the brackets: read, and refused for more
    const parsed = await send({ query: `{ ${'__typename '.repeat(1998)}}` });
    expect(parsed).toMatchObject({ status: 400, errors: [{ extensions: { code: 'QUERY_TOO_EXPENSIVE', what: 'breadth' } }] });
    const { status, errors } = await send({ query: `{ ${'__typename '.repeat(1999)}}` });
    expect(status).toBe(400);
    expect(errors).toMatchObject([
      { message: 'Syntax Error: Document contains more that 2000 tokens. Parsing aborted.', extensions: { code: 'GRAPHQL_PARSE_FAILED' } },
    ]);
  });

  test('30 aliases, and not more, even spread over fragments', async () => {
    const aliases = (count: number) => times(count, i => `a${i}: __typename`);
    expect((await send({ query: `{ ${aliases(30)} }` })).status).toBe(200);
    for (const query of [`{ ${aliases(31)} }`, `{ ...F ${aliases(16)} } fragment F on Query { ${times(15, i => `b${i}: __typename`)} }`]) {
      const { status, errors } = await send({ query });
      expect({ status, errors }).toMatchObject({ status: 400, errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    }
  });

  test('30 directives, and not more', async () => {
    const directives = (count: number) => `{ plans { ${times(count, () => 'code @skip(if: false)')} } }`;
    expect((await send({ query: directives(30) })).status).toBe(200);
    expect(await send({ query: directives(31) })).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
    });
  });

  test('100 nested brackets, and not more, of any kind', async () => {
    expect(await send({ query: nested(100) })).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
    expect(await send({ query: nested(101) })).toEqual({ status: 400, data: undefined, errors: [expensive('nesting', 100, 101)] });
  });

  test('400 fields side by side, and not more, with fragments counted at each spread', async () => {
    const fragment = `fragment F on Plan { ${'code name '.repeat(49)}code }`;
    expect((await send({ query: `{ ${times(4, () => 'plans { ...F }')} } ${fragment}` })).status).toBe(200);
    const { status, errors } = await send({ query: `{ ${times(5, () => 'plans { ...F }')} } ${fragment}` });
    expect({ status, error: errors[0] }).toEqual({ status: 400, error: expensive('breadth', 400, 500) });
  });

  test('fragments that double at every level are counted without being expanded', async () => {
    const levels = times(25, i => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
    const { status, errors } = await send({ query: `{ ...F0 } ${levels} fragment F25 on Query { __typename }` });
    expect({ status, error: errors[0] }).toEqual({ status: 400, error: expensive('breadth', 400, 2 ** 25) });
  });
});

const PAGE = (first: string) => `tenant { memberships(first: ${first}) { edges { node { user { name email } roles joinedAt id } } } }`;
/**
 * A page of 100, 17 times: each costs 1 for the tenant, 1 for the connection, and 100 times the
 * fields of a row.
 */
const DEAR = `query Dear { ${times(17, i => `t${i}: ${PAGE('100')}`)} }`;

describe('the cost of an operation', () => {
  test('a page counts its fields for each row', async () => {
    expect((await send({ query: `{ ${PAGE('100')} }` })).errors).toBeUndefined();
    const { status, errors } = await send({ query: DEAR });
    expect({ status, errors }).toMatchObject({ status: 400, errors: [{ extensions: { code: 'QUERY_TOO_EXPENSIVE', what: 'cost' } }] });
    expect((await send({ query: DEAR.replaceAll('100', '1') })).errors).toBeUndefined();
  });

  test('even when the page size is a variable', async () => {
    const query = DEAR.replace('Dear', 'Dear($n: Int)').replaceAll('100', '$n');
    expect((await send({ query, variables: { n: 1 } })).errors).toBeUndefined();
    expect(await send({ query, variables: { n: 100 } })).toMatchObject({ status: 400, errors: [{ extensions: { what: 'cost' } }] });
    const byDefault = query.replace('$n: Int', '$n: Int = 100');
    expect(await send({ query: byDefault })).toMatchObject({ status: 400, errors: [{ extensions: { what: 'cost' } }] });
  });

  test('even when the rows are in a fragment', async () => {
    const query = `{ ${times(17, i => `t${i}: tenant { ...Rows }`)} } fragment Rows on Tenant { memberships(first: 100) { ...Page } }
      fragment Page on TenantMembershipsConnection { edges { node { user { name email } roles joinedAt id } } }`;
    expect(await send({ query })).toMatchObject({ status: 400, errors: [{ extensions: { what: 'cost' } }] });
  });

  test('of two operations, the selected operation counts', async () => {
    const query = `query Cheap { viewer { principal } } ${DEAR}`;
    expect(await send({ query, operationName: 'Cheap' })).toMatchObject({ status: 200, data: { viewer: { principal: 'USER' } } });
    expect(await send({ query, operationName: 'Dear' })).toMatchObject({ status: 400, errors: [{ extensions: { what: 'cost' } }] });
  });

  test('a list of ids counts as that many objects, and 101 ids are too many', async () => {
    const id = Buffer.from('Tenant:00000000-0000-4000-8000-000000000000').toString('base64url');
    const query = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }';
    expect((await send({ query, variables: { ids: Array(100).fill(id) } })).data.nodes).toEqual(Array(100).fill(null));
    expect(await send({ query, variables: { ids: Array(101).fill(id) } })).toMatchObject({
      errors: [{ path: ['nodes'], extensions: { code: 'BAD_USER_INPUT', limit: 100, actual: 101 } }],
    });
    const dear = query.replace('__typename', '... on Tenant { name slug status }');
    expect(await send({ query: dear, variables: { ids: Array(4_000).fill(id) } })).toMatchObject({
      status: 400,
      errors: [{ extensions: { what: 'cost' } }],
    });
  });

  test("GraphiQL's introspection query is accepted", async () => {
    const query = getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true, specifiedByUrl: true });
    const { status, data, errors } = await send({ query, operationName: 'IntrospectionQuery' });
    expect({ status, errors, root: data.__schema.queryType }).toMatchObject({ status: 200, errors: undefined, root: { name: 'Query' } });
  });
});

describe('input too deep or too large for a stack is refused, not an internal error:', () => {
  // biome-ignore format: a table is read by its columns
  test.each<[string, Params]>([
    ['10,000 nested selections',                { query: nested(10_000) }],
    ['10,000 nested lists',                     { query: `{ node(id: ${'['.repeat(10_000)}${']'.repeat(10_000)}) { id } }` }],
    ['10,000 nested objects',                   { query: `{ node(id: ${'{a:'.repeat(10_000)}1${'}'.repeat(10_000)}) { id } }` }],
    ['10,000 nested types',                     { query: `query ($a: ${'['.repeat(10_000)}ID${']'.repeat(10_000)}) { __typename }` }],
    ['10,000 unclosed brackets',                { query: '{a'.repeat(10_000) }],
    ['10,000 inline fragments',                 { query: `{${'...{'.repeat(10_000)}a${'}'.repeat(10_001)}` }],
    ['100 brackets and a cycle of 900 fragments', { query: `{...F0} ${times(300, i => `fragment F${i} on Query { ...F${(i + 1) % 300} }`)}` }],
    ['a list of 60,000 ids',                    { query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables: { ids: Array(60_000).fill('a') } }],
    ['one name of 200,000 letters',             { query: `{ ${'a'.repeat(200_000)} }` }],
    ['only 200,000 spaces',                     { query: ' '.repeat(200_000) }],
  ])('%s', async (_what, params) => {
    const { status, errors } = await send(params);
    expect(status).toBe(400);
    expect(errors[0].extensions.code).toMatch(/^(QUERY_TOO_EXPENSIVE|GRAPHQL_PARSE_FAILED|GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT)$/);
  });

  test('60,000 nested lists in a variable, used or unused', async () => {
    const deep = `${'['.repeat(60_000)}${']'.repeat(60_000)}`;
    const answers = await Promise.all(
      ['query ($id: ID!) { node(id: $id) { id } }', '{ __typename }'].map(async query => {
        const body = `{"query":${JSON.stringify(query)},"variables":{"id":${deep}}}`;
        const response = await fetch(`${gateway.url}/graphql`, {
          method: 'POST',
          headers: { ...MODERN, 'content-type': 'application/json' },
          body,
        });
        return { status: response.status, body: await response.json() };
      }),
    );
    expect(answers).toMatchObject([
      { status: 400, body: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] } },
      { status: 200, body: { data: { __typename: 'Query' } } },
    ]);
  });
});
