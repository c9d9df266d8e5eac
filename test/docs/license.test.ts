import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const text = (name: string) => readFileSync(fileURLToPath(new URL(`../../${name}`, import.meta.url)), 'utf8');

test('LICENSE is the whole Apache License 2.0', () => {
  expect(text('LICENSE')).toMatch(/^\s+Apache License\n\s+Version 2\.0, January 2004\n/);
  expect(text('LICENSE').match(/^ {3}\d\. /gm)).toHaveLength(9);
  expect(text('LICENSE')).toContain('END OF TERMS AND CONDITIONS');
});

test.each(['package.json', 'bench/package.json'])('%s names that license', name => {
  expect(JSON.parse(text(name)).license).toBe('Apache-2.0');
});

test('SECURITY.md cites rules that exist', () => {
  const rules = new Set([...text('docs/spec.md').matchAll(/^### ([A-Z]\d+)$/gm)].map(([, id]) => id!));
  const families = new Set([...rules].map(id => id[0]!));
  const cited = [...text('SECURITY.md').matchAll(/\| ([A-Z][A-Z\d, –]*) \|$/gm)].flatMap(([, cell]) => cell!.split(/, |–/));
  expect(cited.length).toBeGreaterThan(8);
  expect(cited.filter(id => !rules.has(id) && !families.has(id))).toEqual([]);
});
