import { readFileSync } from 'node:fs';
import { buildClientSchema, buildSchema, type GraphQLSchema, getIntrospectionQuery, isObjectType } from 'graphql';
import { expect, test } from 'vitest';
import { useDatabase } from '../../support/database.ts';
import { useServer } from '../server/serve.ts';

const APP = 'https://app.example';
const database = useDatabase();
const gateway = useServer(database, { corsOrigins: [APP], introspection: 'all' });
const get = (headers: Record<string, string> = {}, method = 'GET') => fetch(`${gateway.url}/schema.graphql`, { method, headers });

const fieldsOf = (schema: GraphQLSchema) =>
  Object.values(schema.getTypeMap())
    .flatMap(type => (isObjectType(type) ? Object.values(type.getFields()).map(field => `${type.name}.${field.name}: ${field.type}`) : []))
    .sort();

test('G5: the text of the schema is served to everybody who may introspect it', async () => {
  const response = await get({ origin: APP });
  expect([response.status, response.headers.get('content-type'), response.headers.get('access-control-allow-origin')]).toEqual([
    ...[200, 'text/plain; charset=utf-8', APP],
  ]);
  const text = await response.text();
  expect(text).toBe(readFileSync('schema.graphql', 'utf8'));
  const introspected = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: getIntrospectionQuery() }),
  });
  const { data } = (await introspected.json()) as { data: Parameters<typeof buildClientSchema>[0] };
  expect(fieldsOf(buildSchema(text))).toEqual(fieldsOf(buildClientSchema(data)));
});

test('a client that has the text gets 304, by its entity tag', async () => {
  const etag = (await get()).headers.get('etag')!;
  expect(etag).toMatch(/^"[\w-]{43}"$/);
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const response = await get({ 'if-none-match': known });
    expect([response.status, await response.text(), response.headers.get('etag')]).toEqual([304, '', etag]);
  }
  for (const other of ['"other"', etag.slice(1, -1), '']) expect((await get({ 'if-none-match': other })).status).toBe(200);
});

test('HEAD has the head alone, and other methods are refused', async () => {
  const head = await get({}, 'HEAD');
  expect([head.status, await head.text(), Number(head.headers.get('content-length'))]).toEqual([
    ...[200, '', readFileSync('schema.graphql').length],
  ]);
  const post = await get({}, 'POST');
  expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
});
