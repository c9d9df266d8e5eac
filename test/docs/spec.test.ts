import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { proofsByRule } from '../../scripts/print/rules.ts';
import { parseSpec, readSpec } from '../../scripts/print/spec.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const RULES = readSpec();
const IDS = new Set(RULES.map(({ id }) => id));
const unknown = (ids: Iterable<string>) => [...ids].filter(id => !IDS.has(id));

const sourceFiles = (folder: string) =>
  readdirSync(ROOT + folder, { recursive: true, encoding: 'utf8' })
    .filter(name => /\.(ts|mjs|sql|prisma)$/.test(name) && !/node_modules|generated/.test(name))
    .map(name => `${ROOT}${folder}/${name}`);
const citationsIn = (file: string) => [...readFileSync(file, 'utf8').matchAll(/SPEC ([A-Z]\d+)/g)].map(([, id]) => id!);

describe('docs/spec.md', () => {
  test('has every rule that a test cites', () => {
    expect(unknown(proofsByRule().keys())).toEqual([]);
  });

  test('has every rule that the code cites', () => {
    const cited = ['src', 'test', 'scripts', 'prisma', 'bench'].flatMap(sourceFiles).flatMap(citationsIn);
    expect(cited.length).toBeGreaterThan(200);
    expect(unknown(new Set(cited))).toEqual([]);
  });

  test('has a test for each rule of T, R, S, P, O, M, K and A that is built', () => {
    const proofs = proofsByRule();
    const built = RULES.filter(({ id, planned }) => /^[TRSPOMKA]/.test(id) && !planned);
    expect(built.length).toBeGreaterThan(40);
    expect(built.filter(({ id }) => !proofs.has(id)).map(({ id }) => id)).toEqual([]);
  });

  test('marks no rule as planned that has a test', () => {
    const proofs = proofsByRule();
    expect(RULES.filter(({ id, planned }) => planned && proofs.has(id)).map(({ id }) => id)).toEqual([]);
  });
});

describe('parseSpec', () => {
  test('reads id, family, summary and whether the rule is planned', () => {
    expect(parseSpec('## T: tenancy\n\n### T1\n\n**One\ntenant.** More.\n\n### T2\n\n**Planned.** **Later.**')).toEqual([
      { id: 'T1', family: 'T: tenancy', summary: 'One tenant.', planned: false },
      { id: 'T2', family: 'T: tenancy', summary: 'Later.', planned: true },
    ]);
  });

  test('stops at a rule that occurs twice or has no summary', () => {
    expect(() => parseSpec('### T1\n\n**A.**\n\n### T1\n\n**B.**')).toThrow('T1 occurs twice');
    expect(() => parseSpec('### T1\n\nA.')).toThrow('T1 has no summary');
  });
});

test('docs/rules.md links each rule to its place in docs/spec.md', () => {
  const page = readFileSync(`${ROOT}docs/rules.md`, 'utf8');
  for (const id of IDS) expect(page).toContain(`(spec.md#${id.toLowerCase()})`);
});
