import { CLIENT_SCALARS } from '../../src/graphql/core/scalars.ts';
import { buildSchema, printSchema } from '../../src/graphql/schema.ts';
import { printAccessMatrix } from './access-matrix.ts';
import { printClientCatalogue } from './client.ts';
import { printDecisions } from './decisions.ts';
import { printErrors } from './errors.ts';
import { printEventSchema, printEvents } from './events.ts';
import { printPartnerOperations } from './partner.ts';
import { printPolicy } from './policy.ts';
import { printRules } from './rules.ts';
import { printSchemaChanges } from './schema-changes.ts';

/**
 * The committed files that are printed from the code, by their paths, and what each should hold
 * now.
 */
export async function printedFiles(): Promise<Readonly<Record<string, string>>> {
  const schema = buildSchema();
  const [text, policy] = [printSchema(schema), printPolicy()];
  return {
    'schema.graphql': text,
    'scalars.json': printScalars(),
    'docs/access-matrix.md': printAccessMatrix(schema),
    'docs/policy.json': policy,
    'docs/schema-changes.md': await printSchemaChanges(text, policy),
    'docs/errors.md': printErrors(),
    'docs/events.md': printEvents(),
    'docs/events.schema.json': printEventSchema(),
    'docs/decisions/README.md': printDecisions(),
    'docs/rules.md': printRules(),
    'packages/client/src/catalogue.ts': printClientCatalogue(),
    'examples/partner/src/operations.ts': await printPartnerOperations(text),
  };
}

/** scalars.json, the `scalars` option of GraphQL Code Generator. */
function printScalars(): string {
  const types = Object.entries(CLIENT_SCALARS).map(([name, { input, output }]) => [name, { input, output }]);
  return `${JSON.stringify(Object.fromEntries(types), null, 2)}\n`;
}
