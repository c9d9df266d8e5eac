import { codegen } from '@graphql-codegen/core';
import * as typescript from '@graphql-codegen/typescript';
import * as operations from '@graphql-codegen/typescript-operations';
import { type GraphQLSchema, parse, printSchema } from 'graphql';
import scalars from '../../scalars.json' with { type: 'json' };

/** The types that GraphQL Code Generator makes for documents, with strict scalars. */
export const typesOf = (schema: GraphQLSchema, documents: readonly string[]): Promise<string> =>
  codegen({
    schema: parse(printSchema(schema)),
    documents: documents.map((text, at) => ({ location: `${at}.graphql`, document: parse(text) })),
    config: { scalars, strictScalars: true },
    filename: 'types.ts',
    plugins: [{ typescript: {} }, { operations: {} }],
    pluginMap: { typescript, operations },
  });
