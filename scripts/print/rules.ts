import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readSpec, type SpecRule } from './spec.ts';

const TESTS = fileURLToPath(new URL('../../test/', import.meta.url));
const TITLE = /(['"`])((?:[A-Z]\d+)(?:, [A-Z]\d+)*): ((?:(?!\1).)+)\1/g;

/** A test whose title begins with the id of a rule. */
type Proof = Readonly<{ file: string; title: string }>;

/** The tests that cite a rule in front of their title, by rule. */
export function proofsByRule(): ReadonlyMap<string, readonly Proof[]> {
  const proofs = new Map<string, Proof[]>();
  const files = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.test.ts'));
  for (const file of files.map(name => name.replaceAll('\\', '/')).sort())
    for (const [, , rules, title] of readFileSync(TESTS + file, 'utf8').matchAll(TITLE))
      for (const rule of rules!.split(', ')) proofs.set(rule, [...(proofs.get(rule) ?? []), { file, title: title! }]);
  return proofs;
}

function section({ id, summary, planned }: SpecRule, proofs: readonly Proof[]): string {
  const tests = proofs.map(({ file, title }) => `- ${title.replaceAll('|', '\\|')} ([test/${file}](../test/${file}))\n`);
  return `### ${id}\n\n${planned ? 'Planned. ' : ''}${summary} ([spec](spec.md#${id.toLowerCase()}))\n${tests.length ? `\n${tests.join('')}` : ''}`;
}

/** docs/rules.md. */
export function printRules(): string {
  const proofs = proofsByRule();
  const rules = readSpec();
  const families = [...new Set(rules.map(({ family }) => family))].map(family => {
    const sections = rules.filter(rule => rule.family === family).map(rule => section(rule, proofs.get(rule.id) ?? []));
    return `## ${family}\n\n${sections.join('\n')}`;
  });
  return `<!-- Printed from docs/spec.md and the titles of the tests by \`npm run print\`. -->

# The rules and their tests

Each rule of [spec.md](spec.md) with the tests that cite it in front of their title.

${families.join('\n')}`;
}
