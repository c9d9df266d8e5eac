import { buildSchema, type FieldNode, getArgumentValues, getVariableValues, type OperationDefinitionNode, parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { argsOf } from '../../src/executor/arguments.ts';
import { UnsupportedValue } from '../../src/executor/leaf.ts';

const schema = buildSchema(`
  enum Role { OWNER VIEWER }
  input Inner { name: String!, size: Int = 3, role: Role, tags: [String!] }
  input One @oneOf { a: Int, b: Int }
  input Outer { inner: Inner!, note: String, again: [Inner!] }
  type Query {
    many(first: Int, after: String, size: Int! = 20): Int
    input(input: Outer!): Int
    maybe(input: Inner = { name: "usual" }): Int
    one(one: One): Int
    none: Int
  }
`);

const VARIABLES =
  '$text: String, $needed: String!, $number: Int = 7, $role: Role, $tags: [String!], $inner: Inner, $outer: Outer!, $int: Int, $toString: String';

/** What is asked of a field with all variables in sight, read by us and by GraphQL.js. */
function both(call: string, values: Record<string, unknown>) {
  const operation = parse(`query (${VARIABLES}) { ${call} }`).definitions[0] as OperationDefinitionNode;
  const node = operation.selectionSet.selections[0] as FieldNode;
  const field = schema.getQueryType()!.getFields()[node.name.value]!;
  const needed = { needed: 'x', outer: { inner: { name: 'o' } }, ...values };
  const { coerced } = getVariableValues(schema, operation.variableDefinitions!, needed);
  if (!coerced) throw new Error('the variables are to be good');
  const outcome = (read: () => object): unknown => {
    try {
      return JSON.stringify(read(), (_name, value) => (typeof value === 'function' ? 'a function' : value));
    } catch (error) {
      return error instanceof UnsupportedValue || (error as Error).name === 'GraphQLError' ? 'wrong' : error;
    }
  };
  return [outcome(() => argsOf(field, node)(coerced)), outcome(() => getArgumentValues(field, node, coerced))];
}

// biome-ignore format: a table is read by its columns
const CALLS = [
  'none',
  'many',
  'many(first: 3, after: "a")',
  'many(first: $int)',
  'many(first: $number, after: $text)',
  'many(after: $needed, size: $int)',
  'many(after: $toString)',
  'many(size: $number, first: null)',
  'input(input: $outer)',
  'input(input: { inner: $inner })',
  'input(input: { inner: { name: $needed } })',
  'input(input: { inner: { name: $text, size: $int, role: $role } })',
  'input(input: { inner: { name: "n", size: $int, role: VIEWER, tags: $tags }, note: $text })',
  'input(input: { inner: { name: "n" }, again: [{ name: $needed }, $inner] })',
  'input(input: { inner: { name: "n", tags: ["a", $needed] } })',
  'input(input: { inner: { name: "n", tags: $needed } })',
  'maybe(input: $inner)',
  'maybe(input: { name: $needed, role: $role })',
  'one(one: { a: $int })',
];

// biome-ignore format: a table is read by its columns
const VALUES: Record<string, unknown>[] = [
  {},
  { text: 'ü', int: 5, role: 'OWNER', tags: ['a'], inner: { name: 'i', size: 9 } },
  { text: null, int: null, role: null, tags: null, inner: null, number: null },
  { text: '', int: 0, number: 1, tags: 'single' },
];

describe('arguments are what GraphQL.js makes of them', () => {
  test.each(CALLS)('%s', call => {
    for (const values of VALUES) {
      const [ours, theirs] = both(call, values);
      expect(ours).toBe(theirs);
    }
  });

  test('and some of them are wrong', () => {
    expect(both('input(input: { inner: { name: $text } })', {})).toEqual(['wrong', 'wrong']);
    expect(both('input(input: { inner: $inner })', { inner: null })).toEqual(['wrong', 'wrong']);
    expect(both('many(size: $int)', { int: null })).toEqual(['wrong', 'wrong']);
  });
});
