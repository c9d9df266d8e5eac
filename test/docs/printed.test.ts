import { readFileSync } from 'node:fs';
import { buildSchema as parseSchema } from 'graphql';
import { expect, test } from 'vitest';
import { printedFiles } from '../../scripts/print/files.ts';

const committed = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const printed = await printedFiles();

test.each(Object.keys(printed))('G5: %s is what the code prints (npm run print)', name => {
  expect(committed(name)).toBe(printed[name]);
});

test('G1: schema.graphql is a schema, and its directives name what each field needs', () => {
  const fields = parseSchema(committed('schema.graphql')).getType('User')!.astNode;
  const needs =
    fields?.kind === 'ObjectTypeDefinition'
      ? fields.fields!.map(({ name, directives }) => [
          name.value,
          directives!.map(directive => [
            directive.name.value,
            directive.arguments!.map(({ value }) => value.kind === 'StringValue' && value.value),
          ]),
        ])
      : [];
  expect(Object.fromEntries(needs)).toEqual({
    id: [['requires', ['member:list']]],
    name: [
      ['requires', ['member:list']],
      ['semanticNonNull', []],
    ],
    email: [['requires', ['member:read-email']]],
  });
});

test('docs/errors.md names every code and docs/access-matrix.md every permission', () => {
  for (const code of ['UNAUTHENTICATED', 'TENANT_NOT_FOUND', 'FORBIDDEN', 'LIMIT_REACHED', 'INTERNAL_SERVER_ERROR'])
    expect(committed('docs/errors.md')).toContain(`| \`${code}\` |`);
  for (const permission of ['tenant:create', 'tenant:read', 'tenant:rename', 'member:read-email'])
    expect(committed('docs/access-matrix.md')).toContain(`| \`${permission}\` |`);
});
