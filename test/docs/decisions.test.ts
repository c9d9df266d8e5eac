import { expect, test } from 'vitest';
import { parseDecision, readDecisions } from '../../scripts/print/decisions.ts';

const parse = (status: string, file = '0007-operations.md', title = '# 7. A title') =>
  parseDecision(file, `${title}\n\n**Status.** ${status}\n\nText.`, name =>
    ['0007-operations.md', '0009-later.md', '0003-earlier.md'].includes(name),
  );

test('each decision has a status, and its number in its title', () => {
  expect(readDecisions().length).toBeGreaterThan(50);
  expect(parse('Accepted; amended by\n[0009](0009-later.md).').status).toBe('Accepted; amended by [0009](0009-later.md).');
});

test.each([
  ['an unknown status', 'Perhaps.'],
  ['a decision that is not there', 'Superseded by [0010](0010-absent.md).'],
  ['an earlier decision', 'Superseded by [0003](0003-earlier.md).'],
  ['a link to another decision than it shows', 'Accepted; amended by [0008](0009-later.md).'],
])('%s is refused', (_, status) => {
  expect(() => parse(status)).toThrow(/its status/);
});

test('a title with another number, and a page without a status, are refused', () => {
  expect(() => parse('Accepted.', '0007-operations.md', '# 8. A title')).toThrow('must begin with');
  expect(() => parseDecision('0007-operations.md', '# 7. A title\n\n**Decided.** Text.', () => true)).toThrow('must begin with');
});
