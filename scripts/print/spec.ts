import { readFileSync } from 'node:fs';

/** A rule of docs/spec.md: its summary is the sentence in bold. */
export type SpecRule = Readonly<{ id: string; family: string; summary: string; planned: boolean }>;

const FAMILY = /^## ([A-Z]: .+)$/;
const RULE = /^### ([A-Z]\d+)$/;
const SUMMARY = /^(\*\*Planned\.\*\* )?\*\*(.+?)\*\*/s;

/**
 * Reads the rules in the order of the page.
 *
 * @throws when a rule occurs twice or has no summary in bold.
 */
export function parseSpec(page: string): readonly SpecRule[] {
  const rules: SpecRule[] = [];
  let family = '';
  const blocks = page.split('\n\n');
  for (const [index, block] of blocks.entries()) {
    family = FAMILY.exec(block)?.[1] ?? family;
    const id = RULE.exec(block)?.[1];
    if (!id) continue;
    const summary = SUMMARY.exec(blocks[index + 1] ?? '');
    if (!summary) throw new Error(`docs/spec.md: ${id} has no summary in bold.`);
    if (rules.some(rule => rule.id === id)) throw new Error(`docs/spec.md: ${id} occurs twice.`);
    rules.push({ id, family, summary: summary[2]!.replaceAll('\n', ' '), planned: Boolean(summary[1]) });
  }
  return rules;
}

export const readSpec = () => parseSpec(readFileSync(new URL('../../docs/spec.md', import.meta.url), 'utf8'));
