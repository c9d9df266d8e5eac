import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { buildSchema, parse, specifiedRules, UniqueOperationNamesRule, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { anchorsIn, blocksIn, linksIn, pagesOf, ROOT } from '../../scripts/docs/markdown.ts';

const textOf = (name: string) => readFileSync(ROOT + name, 'utf8');
const PAGES = pagesOf();
const schema = buildSchema(textOf('schema.graphql'), { assumeValidSDL: true });
const rules = specifiedRules.filter(rule => rule !== UniqueOperationNamesRule);

/** All tests and scripts, in which the name of a block that they run must stand. */
const runners = ['test', 'scripts'].flatMap(folder =>
  readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts'))
    .map(name => textOf(`${folder}/${name}`)),
);

/** What is wrong with a link of a page; null for nothing. */
function faultOf(page: string, link: string): string | null {
  if (/^[a-z]+:/.test(link)) return null;
  const [path, anchor] = link.split('#') as [string, string?];
  const target = path ? normalize(join(dirname(page), path)) : page;
  if (!existsSync(ROOT + target)) return `${page}: ${link} leads nowhere`;
  return anchor && !anchorsIn(textOf(target)).has(anchor) ? `${page}: ${link} names no heading` : null;
}

describe('the pages', () => {
  test('link to files and headings that exist', () => {
    const links = PAGES.flatMap(page => linksIn(textOf(page)).map(link => [page, link] as const));
    expect(links.length).toBeGreaterThan(1000);
    expect(links.flatMap(([page, link]) => faultOf(page, link) ?? [])).toEqual([]);
    expect(faultOf('docs/api.md', 'errors.md#absent')).toContain('names no heading');
    expect(faultOf('docs/api.md', 'absent.md')).toContain('leads nowhere');
  });

  test('say of each block of code which test runs it, or why none does', () => {
    const blocks = PAGES.flatMap(page => blocksIn(textOf(page)).map(block => ({ ...block, at: `${page}:${block.line}` })));
    const marked = blocks.filter(({ language }) => language && language !== 'graphql');
    expect(marked.length).toBeGreaterThan(60);
    expect(marked.filter(({ marker }) => !/^(?:run|test|hour): [a-z-]+$|^not run: .{20,}$/.test(marker ?? '')).map(({ at }) => at)).toEqual(
      [],
    );
    const names = marked.flatMap(({ marker, at }) => (marker!.startsWith('not run') ? [] : [[marker!.split(': ')[1]!, at] as const]));
    expect(names.filter(([name]) => !runners.some(text => text.includes(`'${name}'`) || text.includes(`("${name}")`)))).toEqual([]);
  });

  test('have GraphQL that fits the schema', () => {
    const blocks = PAGES.flatMap(page => blocksIn(textOf(page)).filter(({ language }) => language === 'graphql'));
    expect(blocks.length).toBeGreaterThan(1);
    expect(blocks.flatMap(({ code }) => validate(schema, parse(code), rules).map(({ message }) => message))).toEqual([]);
  });
});
