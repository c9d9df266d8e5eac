import fc from 'fast-check';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { PreparedOperation } from '../../../src/executor/prepared-operation.ts';
import { buildSchema } from '../../../src/graphql/schema.ts';
import { costOf, limitErrors } from '../../../src/http/graphql/complexity.ts';

const schema = buildSchema();

/** Whether the operation is within the limits; an absent operation is not. */
function fits(asked: Parameters<typeof PreparedOperation.of>[1]): boolean {
  const question = PreparedOperation.of(schema, asked);
  return question !== null && costOf(question, {}) !== null;
}

const size = fc.oneof(fc.integer({ min: -1, max: 101 }).map(String), fc.constantFrom('$n', '$m', 'null', '100'));
const field = fc.constantFrom('id', 'roles', 'joinedAt', 'user { id name email }', '... on Membership { id }', '...Row');
const members = fc
  .tuple(size, fc.array(field, { minLength: 1, maxLength: 6 }))
  .map(([first, fields]) => `memberships(first: ${first}) { totalCount edges { cursor node { ${fields.join(' ')} } } }`);
const part = fc.oneof(members, fc.constantFrom('name', 'plan { code name }', '...Rows', 'a: __typename'));
const tenant = fc.array(part, { minLength: 1, maxLength: 8 }).map(parts => `tenant { ${parts.join(' ')} }`);
const nodes = fc.constant('nodes(ids: $ids) { id __typename }');
const selection = fc.array(fc.oneof(tenant, nodes), { minLength: 1, maxLength: 12 }).map(all => `{ ${all.join(' ')} }`);
const head = '($n: Int, $m: Int = 70, $ids: [ID!]! = [])';
const FRAGMENTS =
  'fragment Rows on Tenant { memberships(last: 40) { edges { node { ...Row } } } } fragment Row on Membership { id user { name email } }';
const document = fc
  .tuple(selection, selection)
  .map(([a, b]) => `query A${head} ${a} query B($n: Int, $m: Int, $ids: [ID!]! = ["a"]) ${b} ${FRAGMENTS}`);
const value = fc.constantFrom<unknown>(0, 1, 20, 99, 100, 1000, -5, null, undefined, 'x', 1.5, true);
const ID = Buffer.from('Tenant:0190d0d0-0000-7000-8000-000000000200').toString('base64url');
const IDS: Readonly<Record<string, unknown>> = {
  none: [],
  one: [ID],
  many: Array(4_900).fill(ID),
  bad: [ID, 'a'],
  wrong: [{}],
  nothing: null,
  unsaid: undefined,
};
const variables = fc.record({ n: value, m: value, ids: fc.constantFrom(...Object.keys(IDS)) });
const operationName = fc.constantFrom('A', 'B', 'C', null, undefined);

/** The number of errors that a rule reports, or the error that it threw. */
function outcome(rule: () => readonly unknown[]): unknown {
  try {
    return rule().length;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('costOf agrees with the cost rule, on first and repeated calls', () => {
  const outcomes = new Set<unknown>();
  fc.assert(
    fc.property(document, fc.array(fc.tuple(variables, operationName), { minLength: 1, maxLength: 6 }), (text, requests) => {
      const doc = parse(text);
      for (const [{ ids, ...sizes }, name] of requests) {
        const asked = { schema, document: doc, operationName: name ?? null, variableValues: { ...sizes, ids: IDS[ids] }, contextValue: {} };
        const against = outcome(() => limitErrors(asked));
        const isChosen = name === 'A' || name === 'B';
        for (let again = 0; again < 2; again++) expect(fits(asked)).toBe(isChosen && against === 0);
        outcomes.add(against);
      }
    }),
    { numRuns: 40, seed: 3 },
  );
  expect([...outcomes]).toEqual(expect.arrayContaining([0, 1, 2]));
});

// biome-ignore format: a table is read by its columns
test.each<[string, string, Record<string, unknown>, boolean]>([
  ['without a variable',        'query ($id: ID!) { node(id: $id) { id } }',      { id: 'a' },                        true],
  ['whose variable is missing', 'query ($id: ID!) { node(id: $id) { id } }',      {},                                 false],
  ['of 4,999 ids',              'query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }', { ids: Array(4_999).fill(ID) }, true],
  ['of 5,000 ids',              'query ($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }', { ids: Array(5_000).fill(ID) }, false],
])('an operation %s is analyzed with its own variables', (_what, text, variableValues, cheap) => {
  const asked = { schema, document: parse(text), operationName: null, variableValues, contextValue: {} };
  for (const values of [{}, variableValues, {}, variableValues]) {
    const given = { ...asked, variableValues: values };
    expect(fits(given)).toBe(limitErrors(given).length === 0);
  }
  expect(fits(asked)).toBe(cheap);
});
