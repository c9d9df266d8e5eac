import fc from 'fast-check';
import { type DocumentNode, parse, validate, visit } from 'graphql';
import { expect, test } from 'vitest';
import { buildSchema } from '../../../src/graphql/schema.ts';
import { documentWorkErrors } from '../../../src/http/graphql/document-work.ts';

const schema = buildSchema();
const times = (count: number, part: (index: number) => string) => Array.from({ length: count }, (_, index) => part(index)).join(' ');

/** How often the validation reads the name of a field or of a fragment: its work, not its time. */
function workOf(document: DocumentNode): number {
  let reads = 0;
  visit(document, {
    enter: node => {
      if (node.kind !== 'Field' && node.kind !== 'FragmentSpread') return;
      const { name } = node;
      const get = () => {
        reads += 1;
        return name;
      };
      Object.defineProperty(node, 'name', { get });
    },
  });
  validate(schema, document);
  return reads;
}

const PARENT = (count: number, inner: string) => `{ ${times(count, () => `tenant{${inner}}`)} }`;

// biome-ignore format: a table is read by its columns
test.each<[string, string, string, number]>([
  ['one parent 480 times, with a field',           PARENT(480, 'id'),                                                     'breadth',     400],
  ['one parent 100 times, with a field',           PARENT(100, 'id'),                                                     'comparisons', 3_000],
  ['one leaf 100 times',                           `{ tenant { ${times(100, () => 'id')} } }`,                            'comparisons', 3_000],
  ['one alias 100 times',                          `{ tenant { ${times(100, () => 'a:id')} } }`,                          'comparisons', 3_000],
  ['one parent 60 times, each in a fragment',      `{ ${times(60, i => `...F${i}`)} } ${times(60, i => `fragment F${i} on Query{tenant{id name}}`)}`, 'comparisons', 3_000],
  ['one fragment in 80 parents',                   `${PARENT(80, '...F')} fragment F on Tenant{id}`,                      'comparisons', 3_000],
  ['80 nested fragments',                          `{...F0} ${times(80, i => `fragment F${i} on Query{a${i} ...F${i + 1}}`)} fragment F80 on Query{x}`, 'comparisons', 3_000],
  ['unused fragments',                             `{ __typename } ${times(40, i => `fragment F${i} on Query{${times(20, () => 'tenant{id}')}}`)}`, 'comparisons', 3_000],
  ['200 operations with one fragment',             `${times(200, i => `query Q${i}{...F}`)} fragment F on Query {${times(9, i => `a${i}`)}}`, 'selections', 2_000],
  ['inline fragments around one parent',           `{ ${times(100, () => '...{tenant{id}}')} }`,                          'comparisons', 3_000],
])('G7: %s is refused by the limit of %4$s before it is validated', (_what, text, what, limit) => {
  const [error] = documentWorkErrors(schema, parse(text));
  expect(error?.extensions).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', what, limit });
  expect(error?.message).toContain(`at most ${limit} `);
});

const name = fc.constantFrom('tenant', 'id', 'name', 'a', 'b', 'plan');
const spread = fc.constantFrom('...F0', '...F1', '...F2', '...F3');
const { set } = fc.letrec<{ set: string; selection: string }>(tie => ({
  selection: fc.oneof(
    { maxDepth: 3, depthSize: 'small', withCrossShrink: true },
    name,
    spread,
    fc.tuple(name, tie('set')).map(([field, inner]) => field + inner),
    tie('set').map(inner => `...${inner}`),
    fc.tuple(fc.integer({ min: 2, max: 30 }), tie('selection')).map(([count, part]) => times(count, () => part)),
  ),
  set: fc.array(tie('selection'), { minLength: 1, maxLength: 3 }).map(parts => `{${parts.join(' ')}}`),
}));
const documents = fc
  .tuple(set, fc.array(set, { minLength: 4, maxLength: 4 }))
  .map(
    ([operation, fragments]) =>
      `query ${operation} ${fragments.map((inner, i) => `fragment F${i} on Query${acyclic(inner, i)}`).join(' ')}`,
  );
/** Fragments may spread later ones alone. */
const acyclic = (text: string, i: number) => text.replaceAll(/\.\.\.F(\d)/g, (_, to) => (Number(to) > i ? `...F${to}` : 'id'));

test('G7: any document within the limits is validated with bounded work', () => {
  let accepted = 0;
  let most = 0;
  fc.assert(
    fc.property(documents, text => {
      if (text.length > 8_000) return; // 2,000 tokens are the parser's limit.
      const document = parse(text);
      if (documentWorkErrors(schema, document).length) return;
      accepted += 1;
      most = Math.max(most, workOf(document));
    }),
    { numRuns: 600, seed: 7 },
  );
  expect(accepted).toBeGreaterThan(100);
  expect(most).toBeLessThan(20_000);
});

test('G7: typical client documents are within the limits: 60 fragments that each select the id', () => {
  const text = `{ tenant { ${times(60, i => `...F${i}`)} } } ${times(60, i => `fragment F${i} on Tenant{id f${i}}`)}`;
  expect(documentWorkErrors(schema, parse(text))[0]?.message).toMatch('comparisons');
  expect(documentWorkErrors(schema, parse(text.replaceAll(/(\.\.\.F|fragment F)([3-5]\d)( on Tenant\{[^}]*\})?/g, '')))).toEqual([]);
});
