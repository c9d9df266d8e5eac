import { buildSchema, printSchema } from '../../src/graphql/schema.ts';
import { printAccessMatrix } from './access-matrix.ts';
import { printErrors } from './errors.ts';
import { printRules } from './rules.ts';

/**
 * The committed files that are printed from the code, by their paths, and what each should hold
 * now.
 */
export function printedFiles(): Readonly<Record<string, string>> {
  const schema = buildSchema();
  return {
    'schema.graphql': printSchema(schema),
    'docs/access-matrix.md': printAccessMatrix(schema),
    'docs/errors.md': printErrors(),
    'docs/rules.md': printRules(),
  };
}
