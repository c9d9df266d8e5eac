import type { Finding } from './words.ts';

export const MAX_COLUMNS = 100;

/** A comment behind code: a blank and `//` after a character that ends a statement or a value. */
const TRAILING = /[;,{}()[\]'"`\w]\s+\/\/ /;

/** A comment that a tool reads must stay on one line. */
const DIRECTIVE = /biome-ignore|@ts-|@vitest|<reference/;

/**
 * Lines of comments that are wider than 100 columns. Line by line, without a parser: a block
 * comment is recognized where it begins its line.
 */
export function findWideComments(text: string, extension: string): readonly Finding[] {
  let inBlock = false;
  return text.split('\n').flatMap((content, index) => {
    const start = content.trimStart();
    if (!inBlock && start.startsWith('/*')) inBlock = true;
    const isLine = extension === 'sql' ? start.startsWith('--') : start.startsWith('//') || TRAILING.test(content);
    const isComment = inBlock || isLine;
    if (inBlock && content.includes('*/')) inBlock = false;
    if (!isComment || content.length <= MAX_COLUMNS || DIRECTIVE.test(content)) return [];
    return [{ line: index + 1, text: `comment of ${content.length} columns: at most ${MAX_COLUMNS}` }];
  });
}
