import { buildSchema, getVariableValues, parse } from 'graphql';
import { expect, test } from 'vitest';
import { PreparedOperation } from '../../src/executor/prepared-operation.ts';

const schema = buildSchema('type Query { of(text: String): Int } enum Role { OWNER VIEWER } input Named { name: String! }');

// biome-ignore format: a table is read by its columns
test.each<[string, Record<string, unknown> | null]>([
  ['$a: String',                { a: 'x' }],
  ['$a: String!, $b: String',   { a: 'x', b: 'y', c: 'of no one' }],
  ['$a: String!, $b: String',   { a: 'x' }],
  ['$a: String!, $b: String',   { a: 'x', b: null }],
  ['$a: String!',               { a: null }],
  ['$a: String!',               {}],
  ['$a: String!',               null],
  ['$a: String!',               { a: 1 }],
  ['$a: String = "usual"',      {}],
  ['$a: String = "usual"',      { a: 'x' }],
  ['$a: [String]',              { a: 'x' }],
  ['$a: Role',                  { a: 'OWNER' }],
  ['$a: Role',                  { a: 'NOBODY' }],
  ['$a: Int',                   { a: '1' }],
  ['$a: ID',                    { a: 1 }],
  ['$a: Named',                 { a: { name: 'x' } }],
  ['$a: Named',                 { a: 'x' }],
  ['$toString: String!',        {}],
])('(%s) of %j are what GraphQL.js makes of them, once', (definitions, values) => {
  const question = PreparedOperation.of(schema, { document: parse(`query (${definitions}) { __typename }`), variableValues: values })!;
  const made = question.variables;
  expect(made).toEqual(getVariableValues(schema, question.operation.variableDefinitions!, values ?? {}));
  expect(question.variables).toBe(made);
});
