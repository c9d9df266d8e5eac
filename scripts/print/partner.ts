import { readFileSync } from 'node:fs';
import { codegen } from '@graphql-codegen/core';
import * as operations from '@graphql-codegen/typescript-operations';
import { buildSchema, type DocumentNode, Kind, type OperationDefinitionNode, parse, print, printSchema } from 'graphql';
import { semanticToStrict } from 'graphql-sock';
import scalars from '../../scalars.json' with { type: 'json' };

const SOURCE = new URL('../../examples/partner/src/operations.graphql', import.meta.url);

/** examples/partner/src/operations.ts: the operations of operations.graphql, with strict types. */
export async function printPartnerOperations(schemaText: string): Promise<string> {
  const document = parse(readFileSync(SOURCE, 'utf8'));
  const types = await codegen({
    schema: parse(printSchema(semanticToStrict(buildSchema(schemaText)))),
    documents: [{ location: 'operations.graphql', document }],
    config: { scalars, strictScalars: true, disableDescriptions: true },
    filename: 'operations.ts',
    plugins: [{ operations: {} }],
    pluginMap: { operations },
  });
  return `// Printed from operations.graphql by \`npm run print\`.
import type { TypedText } from '@ipto/client';

${types.trim()}

${operationsIn(document).map(constant).join('\n\n')}
`;
}

const operationsIn = ({ definitions }: DocumentNode) =>
  definitions.filter((definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION);

function constant(operation: OperationDefinitionNode): string {
  const name = operation.name!.value;
  const type = `${name}${operation.operation === 'query' ? 'Query' : 'Mutation'}`;
  return `export const ${name} = \`${print(operation)}\` as TypedText<${type}, ${type}Variables>;`;
}
