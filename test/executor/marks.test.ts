import { expect, test } from 'vitest';
import { Marks } from '../../src/executor/marks.ts';
import type { FieldPlan } from '../../src/executor/query-plan.ts';

const EMAIL = { key: 'email' } as FieldPlan;
const PRICE = { key: 'price' } as FieldPlan;

/** What PostgreSQL writes of two lists in each other, each with a refused field: `[{p,[{e}]}]`. */
function nested(sizes: readonly number[]) {
  const marks = new Marks();
  let inner = { prefix: '', text: '' };
  const outer = marks.list(list => {
    const price = marks.refused(PRICE, ['all', list, 'price']);
    const { written, prefix } = marks.list(innerList => marks.refused(EMAIL, ['all', list, 'of', innerList, 'email']));
    inner = { prefix, text: written };
    return price;
  });
  const itemsOf = (size: number) => Array.from({ length: size }, () => `${inner.prefix}{"email":${inner.text}}`).join();
  const text = `[${sizes.map(size => `${outer.prefix}{"price":${outer.written},"of":[${itemsOf(size)}]}`).join()}]`;
  const refused: unknown[] = [];
  const json = marks.read(text, ({ key }, path) => refused.push([key, ...path]));
  return { json: JSON.parse(json), refused };
}

test('G2: marks give each refused field of nested lists its indices, in the order of the text', () => {
  const { json, refused } = nested([2, 0, 1]);
  expect(json.map(({ price, of }: { price: null; of: unknown[] }) => [price, of])).toEqual([
    [null, [{ email: null }, { email: null }]],
    [null, []],
    [null, [{ email: null }]],
  ]);
  expect(refused).toEqual([
    ['price', 'all', 0, 'price'],
    ['email', 'all', 0, 'of', 0, 'email'],
    ['email', 'all', 0, 'of', 1, 'email'],
    ['price', 'all', 1, 'price'],
    ['price', 'all', 2, 'price'],
    ['email', 'all', 2, 'of', 0, 'email'],
  ]);
  expect(nested([])).toEqual({ json: [], refused: [] });
});

test('a list without a refused field has no marks, and its text stays unchanged', () => {
  const marks = new Marks();
  expect(marks.list(() => 'nothing').prefix).toBe('');
  expect(marks.read('{"a":"\\u0001"}', () => expect.unreachable())).toBe('{"a":"\\u0001"}');
});
