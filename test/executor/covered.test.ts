import { type GraphQLSchema, getOperationAST, parse } from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { compile } from '../../src/executor/compile.ts';
import { Unsupported } from '../../src/executor/unsupported.ts';
import { buildSchema } from '../../src/graphql/schema.ts';

let schema: GraphQLSchema;
beforeAll(() => {
  schema = buildSchema();
});

function outcome(query: string): string {
  const document = parse(query);
  try {
    compile(schema, document, getOperationAST(document)!);
    return 'compiled';
  } catch (error) {
    if (error instanceof Unsupported) return error.reason;
    throw error;
  }
}

// biome-ignore format: a table is read by its columns
test.each([
  ['compiled',  '{ viewer { name membership { roles plan } permissions can(permission: MEMBER_LIST) } plans { code features } }'],
  ['compiled',  '{ tenant { id name plan { code } memberCount limits { memberLimit } memberUse { used } } }'],
  ['compiled',  'query ($first: Int) { tenant { memberships(first: $first, filter: { role: OWNER }) { totalCount pageInfo { endCursor } edges { cursor node { roles user { name email } } } } } }'],
  ['compiled',  '{ tenant { datasets { edges { node { listing { price { amount } } objects { totalCount } earnings(first: 3) { edges { node { at } } } } } } } }'],
  ['compiled',  '{ marketplace { search(query: "x") { edges { node { title price { amount } } } } tags { tag count } } }'],
  ['compiled',  '{ tenant { ...T ... on Tenant { slug } } } fragment T on Tenant { name }'],
  ['compiled',  'mutation { leaveTenant(input: {}) { leftTenantId } }'],
  ['compiled',  'mutation ($name: String!) { renameTenant(input: { name: $name }) { tenant { name plan { code } } } }'],
  ['operation', 'mutation { a: leaveTenant(input: {}) { leftTenantId } b: leaveTenant(input: {}) { leftTenantId } }'],
  ['directive', 'query ($yes: Boolean!) { tenant { name @include(if: $yes) } }'],
  ['argument',  '{ node(id: "x") { id } }'],
  ['abstract',  '{ __schema { queryType { name } } }'],
  ['compiled',  '{ tenant { charges { totalCount } } }'],
  ['compiled',  'query ($from: DateTime, $until: DateTime) { tenant { usage(from: $from, until: $until) { records { edges { node { at charge { amount { amount } } } } } } } }'],
  ['resolver',  '{ tenant { apiKeys { totalCount } } }'],
])('%s: %s', (expected, query) => {
  expect(outcome(query)).toBe(expected);
});
