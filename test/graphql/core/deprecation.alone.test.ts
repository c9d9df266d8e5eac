import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { builder } from '../../../src/graphql/core/builder.ts';
import { deprecatedParts, deprecationsOf } from '../../../src/graphql/core/deprecation.ts';
import { buildSchema as buildOurs } from '../../../src/graphql/schema.ts';

const OLD = '@deprecated(reason: "Use b. It is removed after 2027-03-01.")';
const schema = buildSchema(`
  type Query { a: Int ${OLD} b(c: Int ${OLD}, d: Mode, e: Input): Int n: Named }
  interface Named { f: Int ${OLD} }
  type Name implements Named { f: Int }
  enum Mode { G ${OLD} H }
  input Input { i: Int ${OLD} j: Int }
`);

test('deprecated fields, arguments, input fields and enum values are found by their coordinates', () => {
  expect([...deprecatedParts(schema).keys()].sort()).toEqual(['Input.i', 'Mode.G', 'Named.f', 'Query.a', 'Query.b(c:)']);
  expect(deprecationsOf(schema).get('Query.a')).toEqual({
    reason: 'Use b. It is removed after 2027-03-01.',
    removalAt: new Date('2027-03-01T00:00:00Z'),
  });
});

test.each(['', '(reason: "Old.")', '(reason: "It is removed after 2027-13-01.")'])(
  'a deprecation without a date is refused: @deprecated%s',
  directive => {
    const undated = buildSchema(`type Query { a: Int @deprecated${directive} b: Int }`);
    expect(() => deprecationsOf(undated)).toThrow('The deprecation of Query.a must say what to use instead, and "removed after <date>".');
  },
);

test('the schema with one is not built', () => {
  builder.queryField('undated', t => t.int({ policy: 'public', deprecationReason: 'Old.', resolve: () => 1 }));
  expect(() => buildOurs()).toThrow('The deprecation of Query.undated must say');
});
