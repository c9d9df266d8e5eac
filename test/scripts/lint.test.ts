import { expect, test } from 'vitest';
import { findShortWaits } from '../../scripts/lint/waits.ts';
import { findWideComments } from '../../scripts/lint/width.ts';
import { findWords, parseWords } from '../../scripts/lint/words.ts';

const WORDS = parseWords('# a comment\n\nfrobnicate -> do\nred herring -> false clue\n');

test('a listed word is found as a whole word, with its line', () => {
  expect(findWords('let a;\nfrobnicate(a); frobnicated; unfrobnicate;', WORDS)).toEqual([{ line: 2, text: '"frobnicate": write do' }]);
});

test('a listed phrase is found across a line break of a comment', () => {
  expect(findWords('/**\n * A red\n * herring.\n */', WORDS)).toEqual([{ line: 2, text: '"red herring": write false clue' }]);
  expect(findWords('// red\n\n// herring', WORDS)).toEqual([]);
});

test('a line of the list without an alternative is an error', () => {
  expect(() => parseWords('frobnicate\n')).toThrow('isn\'t "word -> instead"');
});

const WIDE = 'x'.repeat(100);

test.each([
  ['a line comment', `// ${WIDE}`, 'ts'],
  ['a line of a block comment', `/**\n * ${WIDE}\n */`, 'ts'],
  ['a comment behind code', `const a = 1; // ${WIDE}`, 'ts'],
  ['a comment of SQL', `-- ${WIDE}`, 'sql'],
])('%s over 100 columns is found', (_, text, extension) => {
  expect(findWideComments(text, extension)).toHaveLength(1);
});

test.each([
  ['code', `const a = '${WIDE}';`],
  ['code after a block comment', `/* a */\nconst a = '${WIDE}';`],
  ['a directive of a tool', `// biome-ignore format: ${WIDE}`],
  ['a comment of 100 columns', `// ${'x'.repeat(97)}`],
])('%s is not', (_, text) => {
  expect(findWideComments(text, 'ts')).toEqual([]);
});

test("vitest's own waits are found, others not", () => {
  const own = 'await vi.wait'; // not as a whole, or this file would be found
  expect(findShortWaits(`\n${own}Until(isOver);\n${own}For(check);`).map(({ line }) => line)).toEqual([2, 3]);
  expect(findShortWaits('await waitUntil(isOver); await page.waitFor();')).toEqual([]);
});
